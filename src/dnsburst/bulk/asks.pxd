cimport cython

from .._engine.lookup cimport Lookup
from .._wire.name cimport reverse_name
from .columns cimport values
from .known cimport Known, lifetime
from .rows cimport Batch

cdef unsigned int _PTR


@cython.final
cdef class _Asked:
    cdef public tuple outcome
    cdef public list outcomes
    cdef public Py_ssize_t index
    cdef public list more


@cython.locals(outcomes=list, index="Py_ssize_t")
cdef _finish(_Asked asked, tuple outcome)


@cython.final
cdef class Single:
    cdef object _question
    cdef bint _addresses
    cdef object _writer
    cdef dict _reasons
    cdef public object submit
    cdef public Known known
    cdef public long long asked

    @cython.locals(
        texts=list, outcomes=list, young=dict, old=dict, index="Py_ssize_t", at="Py_ssize_t", end="Py_ssize_t",
        left="long", shared="long", key=bytes, name=bytes, text=str, asked=_Asked, outcome=tuple,
    )
    cpdef long feed(self, Batch batch, long room, double now)

    @cython.locals(lookup=Lookup, tails=list, at="Py_ssize_t", outcome=tuple, asked=_Asked)
    cpdef finish(self, list lookups, double now)
