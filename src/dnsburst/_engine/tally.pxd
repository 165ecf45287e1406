cimport cython


@cython.final
cdef class Epoch:
    cdef public Epoch beside
    cdef public double end
    cdef public long generation
    cdef public long good
    cdef public bint judged
    cdef public long held
    cdef public long limited
    cdef public long lost
    cdef public bint refused
    cdef public long refused_again
    cdef public long refused_answered
    cdef public double round_trips
    cdef public long sent
    cdef public long servfail_again
    cdef public long servfail_answered
    cdef public double start
    cdef public bint swept
    cdef public long timed

    cdef long out(self)
    cdef bint is_answered(self)
    @cython.locals(beside=Epoch)
    cdef void take_beside(self)
    cdef long on_its_way(self)


@cython.final
cdef class Tally:
    cdef double all_good
    cdef double good
    cdef double round_trips
    cdef double sent
    cdef double time
    cdef double timed
    cdef double volume

    cdef void clear(self)
    cdef void add(self, Epoch epoch, double good, double keep)
    cdef void copy(self, Tally other)
    cdef double share(self)
    cdef double answered(self)
    @cython.locals(share=double, other=double, pooled=double)
    cdef double worse(self, Tally base, double least)
    @cython.locals(mine=double, other=double)
    cdef double beats(self, double share, double sent)


@cython.final
cdef class Flow:
    cdef double best
    cdef double count
    cdef double rate
    cdef double since

    @cython.locals(age=double)
    cdef void measure(self, double now, double least, double memory)
