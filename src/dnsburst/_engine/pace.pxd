cimport cython

from .again cimport Again
from .evidence cimport Evidence
from .gate cimport Gate
from .refusals cimport Refusals
from .roundtrips cimport RoundTrips
from .search cimport Search
from .tally cimport Epoch

cdef long _MOST_BESIDE
cdef long _CHECK
cdef long _WAIT


@cython.final
cdef class Pace:
    cdef Again _again
    cdef Evidence _evidence
    cdef Gate _gate
    cdef Refusals _refusals
    cdef RoundTrips _round_trips
    cdef Search _search
    cdef double _turn_at
    cdef double _heard_at
    cdef double _paused_at
    cdef readonly double srtt

    cpdef double load(self)
    cpdef bint refuses(self)
    cpdef bint refuses_unclearly(self)
    cpdef bint refuses_names(self, bint refused)
    cpdef bint in_trouble(self, double now)
    @cython.locals(epoch=Epoch)
    cpdef bint lacks_evidence(self)
    cpdef bint passes_limit(self, double now)
    cpdef bint waits(self)
    @cython.locals(silence=double)
    cpdef double path(self)
    cpdef void restart(self, double now)
    cpdef long allowance(self, double now)
    cpdef double next_send(self, double now)
    @cython.locals(gate=Gate, epoch=Epoch, state=long)
    cpdef Epoch sent(self, double now, bint evidence=?, bint first=?)
    @cython.locals(gate=Gate, epoch=Epoch)
    cpdef Epoch sent_all(self, long count, bint evidence=?)
    cpdef void spend(self)
    @cython.locals(rtt=double)
    cpdef void answered(self, Epoch epoch, double sent_at, double now, long count=?)
    cpdef void asked_again(self, Epoch epoch, bint refused, bint answered)
    @cython.locals(speaks=bint)
    cpdef bint limited(self, Epoch epoch, double sent_at, double now)
    cpdef void lost(self, Epoch epoch, double now)
    @cython.locals(rtt=double)
    cpdef void late(self, Epoch epoch, double sent_at, double now)
    cpdef void forget(self, Epoch epoch)
    @cython.locals(share=double)
    cpdef double timeout(self, long attempt_number, double again=?)
    @cython.locals(gate=Gate, rtt=double)
    cdef void _sample(self, Epoch epoch, double sent_at, double now, long count)
    @cython.locals(
        evidence=Evidence, length=double, epoch=Epoch, oldest=Epoch, volume=long, age=double, due=double,
    )
    cdef void _turn(self, double now)
