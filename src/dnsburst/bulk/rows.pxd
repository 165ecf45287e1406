cimport cython


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

    cpdef Py_ssize_t look(self)


@cython.locals(tails=list, statuses=list, outcome=tuple)
cdef tuple _parts(list outcomes)
