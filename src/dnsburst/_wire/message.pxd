cimport cython

from .name cimport fold, plain_text
from .scan cimport asked_for, is_sole_answer, is_sole_error, query

cdef bint _COMPILED
cdef dict _TAILS
cdef unsigned int _IN
cdef unsigned int _NXDOMAIN
cdef unsigned int _A
cdef unsigned int _NS
cdef unsigned int _CNAME
cdef unsigned int _PTR
cdef unsigned int _AAAA
cdef unsigned int _NAPTR
cdef unsigned int _OPT
cdef unsigned int _MAX_HOPS
cdef unsigned int _MAX_NAME
cdef unsigned int _SMALLEST_RR
cdef unsigned int _LARGEST_MESSAGE
cdef unsigned int _HEADER
cdef bytes _ONE_ANSWER
cdef bytes _NO_RECORD
cdef frozenset _USUAL_HEADS
cdef unsigned int _TO_QUESTION
cdef unsigned int _LARGEST_TTL
cdef unsigned int _SOLE_HEAD
cdef object _sole_head
cdef bytes _OPT_HEAD
cdef bytes _OPT_REST
cdef unsigned int _OPT_SIZE
cdef bytes _QUERY_PLAIN
cdef bytes _QUERY_EDNS
cdef list _EMPTY


@cython.final
cdef class RR:
    cdef public bytes name
    cdef public bytes rdata
    cdef public unsigned int rdtype
    cdef public unsigned int rdclass
    cdef public unsigned int ttl
    cdef public str text


@cython.final
cdef class Message:
    cdef bytes _data
    cdef unsigned int _offset
    cdef bytes _qname
    cdef unsigned int _hops
    cdef public unsigned int id
    cdef public unsigned int flags
    cdef public unsigned int rcode
    cdef public bytes question
    cdef public list answers
    cdef public list authority
    cdef public list additional
    cdef public int edns_version
    cdef public unsigned int edns_size
    cdef public bytes cookie
    cdef public list errors
    cdef public str note

    @cython.locals(
        data=bytes, size="unsigned int", questions="unsigned int", answers="unsigned int", authority="unsigned int",
        additional="unsigned int", offset="unsigned int", left="unsigned int",
    )
    cdef _decode(self)

    cdef _read_section(self, list records, unsigned int count)

    @cython.locals(
        data=bytes, view="const unsigned char *", offset="unsigned int", start="unsigned int", end="unsigned int",
        hops="unsigned int", length="unsigned int", target="unsigned int", wire=bytes,
    )
    cdef bytes _name(self)

    @cython.locals(
        data=bytes, rr=RR, offset="unsigned int", rdtype="unsigned int", high="unsigned int", start="unsigned int",
        end="unsigned int",
    )
    cdef RR _record(self)

    @cython.locals(data=bytes, rdata=bytes, before="unsigned int", names="unsigned int", after="unsigned int")
    cdef bytes _rdata(self, unsigned int rdtype, unsigned int start, unsigned int end)

    @cython.locals(
        opt=RR, rr=RR, rdata=bytes, value=bytes, offset="unsigned int", code="unsigned int", length="unsigned int",
    )
    cdef _read_edns(self)


@cython.locals(message=Message)
cpdef Message decode(bytes data, bytes asked=*, bytes name=*)

@cython.locals(
    view="const unsigned char *", at="unsigned int", end="unsigned int", ttl="unsigned int", rdata=bytes, text=str,
    rr=RR,
)
cpdef RR sole_answer(bytes data, bytes asked, bytes name, unsigned int rdtype)

@cython.locals(view="const unsigned char *", rcode="unsigned int")
cpdef unsigned int sole_error(bytes data, bytes asked)

@cython.locals(tail=bytes)
cpdef bytes question(bytes name, unsigned int rdtype)

@cython.locals(folded=bytes)
cpdef bytes question_key(bytes name, unsigned int rdtype, bytes asked)

@cython.locals(middle=bytes)
cpdef bytes build_query(unsigned int query_id, bytes asked, bytes opt)
