cimport cython


@cython.final
cdef class Timers:
    cdef dict _buckets
    cdef list _last
    cdef double _last_tick
    cdef list _ticks

    @cython.locals(tick="double", bucket=list)
    cpdef add(self, double deadline, object item, object detail=*)

    @cython.locals(tick="double", bucket=list)
    cpdef add_all(self, double deadline, object item, list details)

    @cython.locals(items=list, current="double")
    cpdef list expired(self, double now)

    cpdef double next_deadline(self)

    @cython.locals(bucket=list)
    cdef _turn_to(self, double tick)
