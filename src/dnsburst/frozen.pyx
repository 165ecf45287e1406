"""Records and Results made in C, for the compiled build: each slot is set as it is, past what refuses to set a field."""

from .result import Record, Result

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        object (*tp_alloc)(type, Py_ssize_t)
        int (*tp_descr_set)(object, object, object) except -1

cdef tuple RECORD = tuple([Record.__dict__[field] for field in Record.__slots__])
cdef tuple RESULT = tuple([Result.__dict__[field] for field in Result.__slots__])
cdef type SLOT = type(RECORD[0])


cdef object filled(type frozen, tuple slots, tuple values):
    """An object of a frozen dataclass; ``values`` are those of its ``slots``."""
    made = (<PyTypeObject *>frozen).tp_alloc(frozen, 0)
    cdef Py_ssize_t at
    for at in range(len(slots)):
        (<PyTypeObject *>SLOT).tp_descr_set(slots[at], made, values[at])
    return made


cpdef object new_record(str name, str rdtype, long ttl, object data, str text):
    return filled(Record, RECORD, (name, rdtype, ttl, data, text))


cpdef object new_result(
    str name, str rdtype, str status, tuple records, object ttl, str server, object rtt, long tries, str canonical_name,
    str error,
):
    return filled(Result, RESULT, (name, rdtype, status, records, ttl, server, rtt, tries, canonical_name, error))
