cimport cython

from .._wire.message cimport RR, Message

cdef unsigned int _AA
cdef unsigned int _RA
cdef unsigned int _IN
cdef unsigned int _NS
cdef unsigned int _CNAME
cdef unsigned int _SOA
cdef unsigned int _ANY
cdef unsigned int _MAX_CHAIN
cdef long _MAX_TTL


@cython.final
cdef class Answer:
    cdef public str status
    cdef public list records
    cdef public long ttl
    cdef public bytes canonical_name
    cdef public str error
    cdef public bint settled


@cython.locals(answer=Answer, answers=list, first=RR, ttl="long")
cpdef Answer interpret(Message message, bytes name, unsigned int rdtype)

@cython.locals(rr=RR, alias=RR, records=list, owners=dict, seen=set, taken=set, folded=bytes, current=bytes, ttl="long")
cdef long _follow(list answers, bytes name, unsigned int rdtype, Answer answer)

@cython.locals(rr=RR)
cdef long _negative_ttl(Message message)

@cython.locals(rr=RR, delegation=bint)
cdef _question_authority(Message message, Answer answer)
