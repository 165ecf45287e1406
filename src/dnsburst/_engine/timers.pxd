cimport cython


cdef class Timers:
    cdef dict _buckets
    cdef list _ticks

    @cython.locals(tick="long long", bucket=list)
    cpdef add(self, double deadline, object item)

    @cython.locals(items=list, current="long long")
    cpdef list expired(self, double now)

    cpdef double next_deadline(self)
