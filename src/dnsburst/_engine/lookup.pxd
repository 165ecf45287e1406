cimport cython

from .._garbage cimport leave_out
from .._wire.message cimport question, question_key
from .nameserver cimport Channel, Nameserver
from .tally cimport Epoch

cdef bint _COMPILED
cdef unsigned int _OUT


@cython.final
cdef class Lookup:
    cdef public bytes name
    cdef public unsigned int rdtype
    cdef public bytes question
    cdef public bytes key
    cdef public object tag
    cdef public dict others
    cdef public double deadline
    cdef public str status
    cdef public tuple records
    cdef public long ttl
    cdef public str server
    cdef public double rtt
    cdef public unsigned int tries
    cdef public bytes canonical_name
    cdef public str error
    cdef public Try last_try
    cdef public str failure
    cdef public str trouble
    cdef public unsigned int near_misses
    cdef public bint together
    cdef public bint plain
    cdef public bint truncated
    cdef public bint wary
    cdef public double since
    cdef public double until

    @cython.locals(tags=list)
    cpdef list take_tags(self)


@cython.final
cdef class Try:
    cdef public Lookup lookup
    cdef public Nameserver nameserver
    cdef public Channel channel
    cdef public bint over_tcp
    cdef public bytes asked
    cdef public bint cookie
    cdef public double sent_at
    cdef public unsigned int sequence
    cdef public Epoch epoch
    cdef public unsigned int state
    cdef public bint excused
    cdef public Try previous


@cython.locals(asked=bytes)
cpdef Lookup to_ask(bytes name, unsigned int rdtype, object tag)

@cython.locals(lookup=Lookup)
cpdef Lookup new_lookup(bytes name, unsigned int rdtype, bytes asked, bytes key, object tag)

@cython.locals(attempt=Try)
cpdef Try new_try(Lookup lookup, Nameserver nameserver, Channel channel, bint over_tcp, double now)
