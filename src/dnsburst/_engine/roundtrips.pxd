cimport cython

from .tally cimport Tally

cdef double LEAST_TIMEOUT
cdef double _LEFT


@cython.final
cdef class RoundTrips:
    cdef double _most_queue
    cdef double excess
    cdef double mean
    cdef double rttvar
    cdef double srtt
    cdef double usual

    @cython.locals(delta=double, left=double)
    cdef double sample(self, double rtt, long count)
    @cython.locals(seconds=double, chance=double)
    cdef double timeout(self, long attempt_number, double share)
    cdef double without_pauses(self)
    cdef double due(self)
    @cython.locals(chance=double)
    cdef void weigh(self, Tally latest, double best)
    cdef bint are_much_longer(self)
    @cython.locals(queue=double)
    cdef double slack(self, double best)
