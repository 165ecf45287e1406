cpdef long long ipv4_number(str text) except -2
cpdef bytes ipv4_reverse(str text)
cpdef str usual_text(bytes wire)
cpdef bytes plain_wire(str text)
cpdef bytes query(unsigned int query_id, bytes middle, bytes asked, bytes opt)
cpdef bytes lower(bytes wire)
cpdef bytes asked_for(bytes name, unsigned int rdtype)
cpdef bint is_sole_answer(bytes data, bytes asked, unsigned int rdtype)
cpdef bint is_sole_error(bytes data, bytes asked)
