cimport cython

from .._engine.exchange cimport Exchange
from .._engine.lookup cimport Lookup, to_ask
from .._engine.nameserver cimport Channel


@cython.final
cdef class Pump:
    cdef public Exchange exchange
    cdef object _loop
    cdef object _on_finished
    cdef object _feed
    cdef object _trace
    cdef bint _closed
    cdef bint _step_due
    cdef bint _feeding
    cdef object _timer
    cdef double _timer_at
    cdef object _batch
    cdef double _now
    cdef set _sockets

    cpdef Lookup submit(self, bytes name, unsigned int rdtype, object tag)
    cpdef list start(self, list lookups)
    cpdef kick(self)

    @cython.locals(exchange=Exchange, finished=list, room="long", before="double", channel=Channel)
    cdef _exchange_all(self, double now)

    @cython.locals(when="double")
    cdef _arm(self, double now)

    @cython.locals(outbox=list, sent="Py_ssize_t", data=bytes)
    cdef _send(self, Channel channel, double now)

    @cython.locals(datagrams=list)
    cdef _read(self, Channel channel, double now)

    @cython.locals(data=bytes)
    cdef _take(self, Channel channel, list messages, double now)
