cimport cython

from .tally cimport Epoch, Flow, Tally


@cython.final
cdef class Evidence:
    cdef double _heard_at
    cdef Tally base
    cdef bint base_sure
    cdef double changed
    cdef long dry
    cdef Epoch epoch
    cdef Flow flow
    cdef long generation
    cdef object history
    cdef Tally latest
    cdef double loss
    cdef Tally one
    cdef double pause
    cdef object pending
    cdef double rate
    cdef Tally since

    cdef void close(self, double now)
    cdef void start_anew(self, double now)
    @cython.locals(one=Tally)
    cdef void note(self, Epoch epoch, double good)
    cdef bint is_silence(self, Epoch epoch, double least)
    @cython.locals(base=Tally)
    cdef void learn(self, Tally tally)
    cdef double limit(self)
    @cython.locals(sent=double, good=double, start=double, epoch=Epoch)
    cdef double lately(self, double span)
    @cython.locals(count=double, epoch=Epoch, replies=long)
    cdef double answered_since(self, double start)
