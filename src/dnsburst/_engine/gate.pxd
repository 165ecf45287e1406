cimport cython

cdef double SMALL_WINDOW


@cython.final
cdef class Gate:
    cdef double _burst
    cdef double _filled
    cdef double _growth
    cdef double _small_growth
    cdef long in_flight
    cdef double rate
    cdef double rate_cap
    cdef double tokens
    cdef double window
    cdef double window_cap

    @cython.locals(tokens=double, room=double)
    cdef long allowance(self, double now)
    cdef bint is_full(self)
    @cython.locals(missing=double)
    cdef double next_token(self, double now)
    @cython.locals(excess=double, growth=double, most=double, grown=double)
    cdef void answered(self, long count)
    @cython.locals(growth=double)
    cdef void refused(self)
    cdef void set_rate(self, double rate, double least)
    cdef void set_window(self, double window)
    cdef void set_growth(self, double growth, double srtt)
    @cython.locals(factor=double)
    cdef void follow_window(self, double srtt)
