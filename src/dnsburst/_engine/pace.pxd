cimport cython

from .tally cimport Epoch, Flow, Tally


@cython.final
cdef class Pace:
    cdef double _average
    cdef double _back_rate
    cdef long _back_state
    cdef double _back_window
    cdef Tally _base
    cdef double _base_rtt
    cdef bint _base_sure
    cdef Tally _before
    cdef bint _blackout
    cdef double _changed
    cdef double _burst
    cdef long _check_generation
    cdef double _check_since
    cdef long _cuts
    cdef long _dry
    cdef Epoch _epoch
    cdef double _filled
    cdef Flow _flow
    cdef bint _forgiving
    cdef double _gain
    cdef long _generation
    cdef double _growth
    cdef double _heard_at
    cdef Tally _held
    cdef object _history
    cdef double _hold_for
    cdef double _hold_rate
    cdef double _hoped
    cdef Tally _latest
    cdef double _limit_seen
    cdef double _limit_speaks
    cdef double _limited_at
    cdef Tally _one
    cdef object _pending
    cdef bint _queue
    cdef double _queue_for
    cdef double _queue_until
    cdef long _rounds
    cdef double _rtt_before
    cdef Tally _since
    cdef double _small_growth
    cdef double _step
    cdef bint _suspect
    cdef double _tokens
    cdef double _trouble_until
    cdef double _turn_at
    cdef double _wait_since
    cdef public long in_flight
    cdef public double loss
    cdef public double rate
    cdef public double rate_cap
    cdef public bint refuses
    cdef public double rttvar
    cdef public double send_rate
    cdef public double srtt
    cdef public long state_number
    cdef public double window
    cdef public double window_cap

    cpdef void restart(self, double now)
    cpdef bint in_trouble(self, double now)
    cpdef bint passes_limit(self, double now)
    @cython.locals(tokens=double, room=double)
    cpdef long allowance(self, double now)
    @cython.locals(missing=double)
    cpdef double next_send(self, double now)
    @cython.locals(epoch=Epoch)
    cpdef Epoch sent(self, double now, bint evidence=?, bint first=?)
    cpdef void spend(self)
    @cython.locals(rtt=double)
    cpdef void answered(self, Epoch epoch, double sent_at, double now)
    @cython.locals(replies=long, usual=double, growth=double)
    cpdef bint limited(self, Epoch epoch, double sent_at, double now)
    cpdef void lost(self, Epoch epoch, double now)
    @cython.locals(rtt=double)
    cpdef void late(self, Epoch epoch, double sent_at, double now)
    cpdef void forget(self, Epoch epoch)
    @cython.locals(seconds=double, share=double, chance=double)
    cpdef double timeout(self, long attempt_number)
    @cython.locals(delta=double)
    cdef void _sample(self, double rtt, double now)
    @cython.locals(length=double, epoch=Epoch, oldest=Epoch, volume=long, age=double, due=double)
    cdef void _turn(self, double now)
    cdef void _close(self, double now)
    @cython.locals(good=double, expected=double, one=Tally, own=bint, rate=double)
    cdef void _judge(self, Epoch epoch, double now)
    @cython.locals(latest=Tally, chance=double, mean=double, excess=double)
    cdef void _judge_own(self, double now)
    cdef double _slack(self)
    @cython.locals(one=Tally, latest=Tally)
    cdef void _judge_rise(self, double excess, double now)
    @cython.locals(since=Tally, falls=bint, fallen=double, period=double)
    cdef void _judge_hold(self, double excess, double now)
    @cython.locals(limit=double)
    cdef void _cut(self, double now)
    @cython.locals(
        since=Tally, held=Tally, before=double, middle=double, sure=double, least=double, limit=double,
    )
    cdef void _judge_probe(self, double excess, double now)
    cdef void _set_growth(self, double growth)
    cdef void _judge_queue(self, double mean, double now)
    @cython.locals(window=double)
    cdef void _drain(self, double now)
    @cython.locals(
        since=Tally, middle=double, sure=double, better=bint,
        enough=bint, answered=double, under=bint, rate=double, limit=double,
    )
    cdef void _judge_check(self, double now)
    @cython.locals(waited=double, span=double, count=double, rate=double)
    cdef void _judge_wait(self, Epoch epoch, double good, double now)
    @cython.locals(count=double, epoch=Epoch)
    cdef double _answered_since(self, double start)
    cdef void _set_rate(self, double rate, double now)
    cdef void _rise(self, double rate, double gain, double now)
    @cython.locals(factor=double)
    cdef void _pace_rise(self)
    cdef void _hold(self, double rate, double now)
    cdef void _probe(self, double step, double now)
    @cython.locals(latest=Tally, rate=double, base=double, share=double)
    cdef void _check(self, bint queue, double now)
    @cython.locals(window=double)
    cdef void _back(self, double now)
    cdef void _wait(self, double now)
    cdef void _found(self, double limit)
    @cython.locals(base=Tally)
    cdef void _learn(self, Tally tally)
