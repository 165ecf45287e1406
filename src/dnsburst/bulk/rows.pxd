cimport cython


cdef bint _COMPILED


@cython.final
cdef class Outcome:
    cdef public object tail
    cdef public str status
    cdef public double expires


@cython.locals(outcome=Outcome)
cpdef Outcome new_outcome()

cpdef settle(Outcome outcome, object tail, str status, double expires)


@cython.final
cdef class Rows:
    cdef public object raws
    cdef public list keys
    cdef public long long size
    cdef public dict ends
    cdef public list numbers


@cython.final
cdef class Batch:
    cdef public Rows rows
    cdef public long long first
    cdef public list outcomes
    cdef public Py_ssize_t fed
    cdef public Py_ssize_t written
    cdef public Py_ssize_t ready
    cdef public object left
    cdef public long long size
    cdef public bytes packed
    cdef public object statuses

    @cython.locals(outcomes=list, ready="Py_ssize_t", count="Py_ssize_t", outcome=Outcome)
    cpdef Py_ssize_t look(self)


@cython.locals(outcome=Outcome)
cdef tuple _parts(list outcomes)
