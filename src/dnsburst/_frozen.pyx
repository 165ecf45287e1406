"""Records and Results made in C, for the compiled build: past what refuses to set a field, straight into its slot."""

from cpython.ref cimport Py_INCREF, PyObject

from ._garbage cimport leave_out
from .result import Record, Result

cdef extern from "structmember.h":
    ctypedef struct PyMemberDef:
        Py_ssize_t offset
    ctypedef struct PyMemberDescrObject:
        PyMemberDef *d_member
    ctypedef struct PyTypeObject:
        object (*tp_alloc)(type, Py_ssize_t)

cdef type RECORD = Record
cdef type RESULT = Result
cdef Py_ssize_t[5] IN_RECORD
cdef Py_ssize_t[10] IN_RESULT
cdef Py_ssize_t _at
for _at in range(5):
    _slot = Record.__dict__[Record.__slots__[_at]]
    IN_RECORD[_at] = (<PyMemberDescrObject *>_slot).d_member.offset
for _at in range(10):
    _slot = Result.__dict__[Result.__slots__[_at]]
    IN_RESULT[_at] = (<PyMemberDescrObject *>_slot).d_member.offset


cdef inline void put(object made, Py_ssize_t offset, object value) noexcept:
    """Fill an empty slot."""
    Py_INCREF(value)
    (<PyObject **>(<char *><PyObject *>made + offset))[0] = <PyObject *>value


cpdef object new_record(str name, str rdtype, long ttl, object data, str text):
    record = (<PyTypeObject *>RECORD).tp_alloc(RECORD, 0)
    put(record, IN_RECORD[0], name)
    put(record, IN_RECORD[1], rdtype)
    put(record, IN_RECORD[2], ttl)
    put(record, IN_RECORD[3], data)
    put(record, IN_RECORD[4], text)
    leave_out(record)
    return record


cpdef object new_result(
    str name, str rdtype, str status, tuple records, object ttl, str server, object rtt, long tries, str canonical_name,
    str error,
):
    result = (<PyTypeObject *>RESULT).tp_alloc(RESULT, 0)
    put(result, IN_RESULT[0], name)
    put(result, IN_RESULT[1], rdtype)
    put(result, IN_RESULT[2], status)
    put(result, IN_RESULT[3], records)
    put(result, IN_RESULT[4], ttl)
    put(result, IN_RESULT[5], server)
    put(result, IN_RESULT[6], rtt)
    put(result, IN_RESULT[7], tries)
    put(result, IN_RESULT[8], canonical_name)
    put(result, IN_RESULT[9], error)
    leave_out(records)
    leave_out(result)
    return result
