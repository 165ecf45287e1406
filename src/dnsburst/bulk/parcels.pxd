cimport cython

from .._engine.lookup cimport Lookup, new_lookup
from .._wire.message cimport RR, question
from .._wire.name cimport fold
from .records cimport packed, record, unpacked

cdef unsigned int _UNUSUAL
cdef unsigned int _BARE
cdef unsigned int _READ
cdef Py_ssize_t _TEXT_SHORTER
cdef long _MOST_TRIES
cdef long _MOST_SERVERS
cdef long _MOST_TTL
cdef tuple _STATUSES
cdef dict _CODES


@cython.final
cdef class Outbox:
    cdef list _servers
    cdef list _new
    cdef list _open
    cdef long long _first
    cdef public long long count
    cdef public long long left

    cpdef start(self, list lookups)

    @cython.locals(lookup=Lookup)
    cpdef list take_open(self)

    @cython.locals(
        new=list, names=list, lookup=Lookup, types="unsigned short[::1]", sizes=bytearray, at="Py_ssize_t"
    )
    cpdef tuple take_questions(self)

    @cython.locals(
        numbers="unsigned long long[::1]", codes="unsigned int[::1]", rtts="double[::1]", sizes="unsigned int[::1]",
        data="const char *", texts=str, lookups=list, servers=list, open_=list, first="long long",
        place="Py_ssize_t", start="Py_ssize_t", end="Py_ssize_t", text_start="Py_ssize_t", text_end="Py_ssize_t",
        at="Py_ssize_t", lookup=Lookup, text=str, code="long long", last="long long", status=str, server=str,
        tries=long, ttl=long,
    )
    cpdef list take_answers(self, tuple answers)

    @cython.locals(open_=list, end="Py_ssize_t", done="Py_ssize_t")
    cdef _forget(self)


@cython.final
cdef class Inbox:
    cdef list _lookups
    cdef long long _count
    cdef public long long begun

    @cython.locals(
        types="unsigned short[::1]", sizes=bytes, names=bytes, view="const char *", folded=bytes, plain=bint,
        lookups=list, number="long long", start="Py_ssize_t", end="Py_ssize_t", at="Py_ssize_t", name=bytes,
        rdtype="unsigned int", asked=bytes, key=bytes,
    )
    cpdef add(self, tuple questions)

    cpdef list take(self, Py_ssize_t room)


@cython.locals(
    count="Py_ssize_t", numbers="unsigned long long[::1]", codes="unsigned int[::1]", rtts="double[::1]",
    sizes="unsigned int[::1]", data=list, texts=list, unusual=list, at="Py_ssize_t", usual="unsigned int", status=str,
    server=str, tries=long, ttl=long, lookup=Lookup, place=long, code="unsigned int", rr=RR, records=bytes, text=str,
    tags=tuple,
)
cpdef tuple pack(list lookups, dict servers)
