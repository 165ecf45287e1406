cpdef long long ipv4_number(str text) except -2
cpdef bytes ipv4_reverse(str text)
cpdef str usual_text(bytes wire)
cpdef bytes plain_wire(str text)
cpdef bytes joined(bytes first, bytes second, bytes third, bytes fourth)
cpdef bytes lower(bytes wire)
cpdef bytes asked_for(bytes name, unsigned int rdtype)
