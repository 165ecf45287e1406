cimport cython

from .._engine.lookup cimport Lookup
from .._wire.message cimport RR

cdef unsigned int _CLASS_IN
cdef long _UNUSUAL
cdef long _MOST_TRIES
cdef long _MOST_SERVERS
cdef long _MOST_TTL
cdef list _NO_RECORDS
cdef tuple _STATUSES
cdef dict _CODES


@cython.final
cdef class Outbox:
    cdef list _servers
    cdef unsigned int _rdtype
    cdef public long long count
    cdef public list questions
    cdef public dict open

    @cython.locals(lookup=Lookup)
    cpdef Lookup submit(self, bytes name, unsigned int rdtype, object tag)
    cpdef put(self, Lookup lookup)
    cpdef list take_questions(self)

    @cython.locals(lookups=list, servers=list, open_=dict, at="Py_ssize_t", end="Py_ssize_t", lookup=Lookup, code=long)
    cpdef list take_answers(self, list answers)


@cython.final
cdef class Inbox:
    cdef list _questions
    cdef Py_ssize_t _at
    cdef unsigned int _rdtype
    cdef public long long begun
    cdef public bint waiting

    cpdef add(self, list questions)

    @cython.locals(questions=list, at="Py_ssize_t", end="Py_ssize_t", number="long long")
    cpdef feed(self, object submit, long room)


@cython.locals(lookup=Lookup, code=long, place=long, tries=long, ttl=long, rr=RR)
cpdef pack(object lookups, list answers, dict servers)

@cython.locals(rr=RR, flat=list)
cdef list _flat(list records)

@cython.locals(records=list, at="Py_ssize_t")
cdef list _records(bytes name, list flat)

@cython.locals(rr=RR)
cdef RR _record(bytes name, unsigned int rdtype, unsigned int ttl, bytes rdata)
