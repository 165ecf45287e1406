cimport cython

from .check cimport Check
from .evidence cimport Evidence
from .gate cimport Gate
from .refusals cimport Refusals
from .roundtrips cimport RoundTrips
from .tally cimport Epoch, Flow, Tally


@cython.final
cdef class Search:
    cdef bint _blackout
    cdef Check _check
    cdef long _cuts
    cdef Evidence _evidence
    cdef double _gain
    cdef Gate _gate
    cdef Tally _held
    cdef double _hold_for
    cdef double _hold_rate
    cdef double _limit_seen
    cdef bint _paused
    cdef double _proven
    cdef double _queue_for
    cdef double _queue_until
    cdef Refusals _refusals
    cdef RoundTrips _round_trips
    cdef double _step
    cdef double _swept_at
    cdef double _wait_rate
    cdef double _wait_since
    cdef long state
    cdef double trouble_until

    cdef void restart(self, double now)
    @cython.locals(evidence=Evidence, srtt=double, good=double, expected=double, own=bint)
    cdef void judge(self, Epoch epoch, double now)
    @cython.locals(trips=RoundTrips)
    cdef void _judge_own(self, double now)
    @cython.locals(evidence=Evidence, one=Tally, latest=Tally, gate=Gate, trips=RoundTrips, best=double)
    cdef void _judge_rise(self, double excess, double now)
    @cython.locals(
        evidence=Evidence, base=Tally, since=Tally, latest=Tally, falls=bint, less=bint, fallen=double,
        lately=double,
    )
    cdef void _judge_hold(self, double excess, double now)
    @cython.locals(evidence=Evidence, since=Tally, rate=double, limit=double)
    cdef void _judge_period(self, double now)
    @cython.locals(
        evidence=Evidence, since=Tally, held=Tally, srtt=double, some=bint, middle=double, sure=double,
    )
    cdef void _judge_probe(self, double excess, double now)
    @cython.locals(evidence=Evidence, held=double)
    cdef double _limit_at_step(self)
    @cython.locals(since=Tally, rate=double)
    cdef bint _is_unused(self)
    @cython.locals(check=Check, found=int)
    cdef void _judge_check(self, double now)
    @cython.locals(evidence=Evidence, waited=double, rate=double, count=double)
    cdef void _judge_wait(self, Epoch epoch, double good, double now)
    @cython.locals(gate=Gate)
    cdef void _set_rate(self, double rate, double now)
    @cython.locals(gate=Gate, trip=double)
    cdef void _rise(self, double rate, double gain, double now)
    @cython.locals(flow=Flow, trips=RoundTrips, window=double)
    cdef void _drain(self, double now)
    cdef void _hold(self, double rate, double now)
    cdef void _hold_limit(self, double limit, double now)
    cdef void _hold_again(self, double limit, double now)
    cdef double _above(self, double limit)
    cdef void _found(self, double limit)
    cdef void _probe(self, double step, double now)
    @cython.locals(evidence=Evidence, gate=Gate, check=Check)
    cdef void _begin_check(self, bint for_queue, double now)
    @cython.locals(check=Check, gate=Gate)
    cdef void _return(self, double now)
    @cython.locals(timeout=double)
    cdef void _wait(self, double now)
