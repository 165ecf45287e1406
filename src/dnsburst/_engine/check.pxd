cimport cython

from .evidence cimport Evidence
from .roundtrips cimport RoundTrips
from .tally cimport Epoch, Tally


@cython.final
cdef class Check:
    cdef Tally _before
    cdef double _hoped
    cdef long _rounds
    cdef double _rtt_before
    cdef double _since
    cdef bint _suspect
    cdef double average
    cdef long first_generation
    cdef bint is_queue
    cdef double limit
    cdef double rate
    cdef double return_rate
    cdef long return_state
    cdef double return_window

    cdef void prepare(self, long state, double rate, double window, long generation, double now)
    cdef void seek_queue(self, Evidence evidence)
    @cython.locals(latest=Tally, base=double, share=double)
    cdef void seek_limit(self, Evidence evidence)
    cdef bint note_earlier(self, Epoch epoch, double good, Evidence evidence, double send_rate)
    cdef int judge(self, Evidence evidence, RoundTrips round_trips, double send_rate, double now)
    @cython.locals(mean=double, since=Tally, time=double)
    cdef int _judge_queue(self, Evidence evidence, RoundTrips round_trips, double now)
    @cython.locals(
        since=Tally, latest=Tally, base=Tally, middle=double, sure=double, better=bint, enough=bint,
        answered=double, under=bint,
    )
    cdef int _judge_limit(self, Evidence evidence, double srtt, double send_rate, double now)
    cdef void _set_rate(self, double rate, double part)
