cpdef object new_record(str name, str rdtype, long ttl, object data, str text)
cpdef object new_result(
    str name, str rdtype, str status, tuple records, object ttl, str server, object rtt, long tries, str canonical_name,
    str error,
)
