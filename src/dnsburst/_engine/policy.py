"""Where a lookup is asked, and asked again when a try came to nothing, and when there is nothing left to try."""

# Rules.
# 1. At most ``tries`` tries per lookup, and three per server and transport (RFC 9520, 3.1). A try that a server's limit
#    turned away is excused: it counts for the lookup, not for the server.
# 2. After a failure another server first. The same one only after a pause that grows. After the first silence two are
#    asked at once where nothing else waits to be sent: what chance loses twice would be the last to be answered.
# 3. When UDP met nothing but silence, the last try goes over TCP (behind some middleboxes UDP is what does not work).
# 4. A server that is put aside is only probed, with a query more for a lookup that another server is asked as well.
# 5. A far server is left out while so few lookups wait that nearer ones will have answered them before it could: else
#    it would be the last to answer. So that it gets its part before, as many are to wait as that takes. One that has
#    fallen silent is as far as its silence takes to show: who asks whether that is over is not to be the last either.
# 6. An error reply is the name's own trouble once every server has had its turn. Where asking such names further has
#    helped none of many, it is believed then; before that, and where a server's limit may speak, all tries are made.
#    While none of many was helped by another server either, the first error has all others asked at once: what they say
#    is known in one round trip, with the same queries.
# 7. An error is a limit's only where a server refused many at once: that most of what was sent met silence explains no
#    error. A name that has met errors again and again says nothing about the servers.
# 8. A try that was never sent, or that the system says could not be delivered, has failed; silence may still be broken.

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from .lookup import ANSWERED, FAILED, MISCASED, OUT, SILENT, Lookup, Try
from .nameserver import Nameserver

if TYPE_CHECKING:
    from .options import Options

TRIES_PER_SERVER = 3
#: Seconds before asking a server again for a name that it, and every other, had trouble with.
TROUBLE_PAUSE = 0.05
#: Error replies that are believed at the least; tries in vain after which they are, or all servers are asked at once;
#: and for how many seconds.
LEAST_ERRORS = 3
VAIN_TRIES = 32
BELIEF = 10.0

#: Seconds before asking again where nobody listens: the first time, and as much more each time.
REFUSED_PAUSE = 0.1
#: Seconds before asking a server again whose limit turned the lookup away, as much more with each try: so eight tries
#: outlast a limit by the second.
LIMIT_PAUSE = 0.15

#: Seconds for which a last try waits for a moment when its server loses less.
BETTER_MOMENT = 0.5
#: Seconds before asking again where the first try and the second met silence.
SILENCE_PAUSE = 0.15

#: Lookups that are to wait for their first try, at most, so that far servers get their part and are not the last to
#: answer.
MOST_AHEAD = 8192
#: Seconds for which that is not found out anew.
LOOK = 0.005

#: What to do next.
OVER_UDP = 0
OVER_TCP = 1
NOTHING = 2

_TRIES_PER_SERVER = TRIES_PER_SERVER
_LEAST_ERRORS = LEAST_ERRORS
_VAIN_TRIES = VAIN_TRIES
_MOST_AHEAD = MOST_AHEAD
_LOOK = LOOK
_OUT = OUT
_ANSWERED = ANSWERED
_SILENT = SILENT
_FAILED = FAILED


class Policy:
    """The choices for the lookups of one exchange, over its servers."""

    __slots__ = (
        "_alike",
        "_believed_until",
        "_in_vain",
        "_looked_at",
        "_most_ahead",
        "_nameservers",
        "_patient",
        "_tcp",
        "_tries",
        "_udp_tries",
    )

    def __init__(self, options: Options, nameservers: list[Nameserver]) -> None:
        self._nameservers = nameservers
        self._tries = options.tries
        self._tcp = options.tcp
        # Without a time per try, silence is given all the time there is.
        self._patient = options.timeout is None
        # UDP tries in all: the last try is kept for TCP.
        self._udp_tries = max(1, min(options.tries - 1, TRIES_PER_SERVER * len(nameservers)))
        # Tries in a row for names every server had trouble with that came to nothing, and until when that counts.
        self._in_vain = 0
        self._believed_until = -inf
        # The same since an answer last came after an error.
        self._alike = 0
        # When it was last found out how many lookups are answered before a far server could, and the most of that.
        self._looked_at = -inf
        self._most_ahead = 0

    def any_up(self) -> bool:
        """Whether some server is not put aside; only while there is none are the others asked in earnest."""
        for server in self._nameservers:
            if not server.down:
                return True
        return False

    def ahead(self, server: Nameserver, now: float) -> int:
        """How many lookups nearer servers answer in the time by which an answer of ``server`` takes longer."""
        if now >= self._looked_at + _LOOK:
            self._look(now)
        return server.ahead

    def most_ahead(self, now: float) -> int:
        """The most of that for any server."""
        if now >= self._looked_at + _LOOK:
            self._look(now)
        return self._most_ahead

    def _look(self, now: float) -> None:
        """From the nearest to the farthest: what those before it answer in the time by which its path is longer."""
        self._looked_at = now
        self._most_ahead = 0
        if len(self._nameservers) == 1:
            return
        rate = 0.0
        answered = 0.0  # in the time of their own paths
        for server in sorted(self._nameservers, key=_path):
            path = server.pace.path()
            server.ahead = int(min(max(path * rate - answered, 0.0), _MOST_AHEAD))
            if server.down or path == 0.0:
                continue
            self._most_ahead = max(self._most_ahead, server.ahead)
            if not server.pace.in_trouble(now):
                rate += server.pace.rate
                answered += path * server.pace.rate

    def roomiest(self, full: list[Nameserver], waiting: int, now: float) -> Nameserver | None:
        """The server, not in ``full``, that may be sent something and has the most of its window to spare.

        One is left out while so few are ``waiting`` that nearer ones will have answered them before it could.
        """
        best: Nameserver | None = None
        least = inf
        up = self.any_up()
        for server in self._nameservers:
            if server in full or (up and server.down) or server.allowance(now) <= 0:
                continue
            load = server.pace.load()
            if load < least and waiting >= self.ahead(server, now):
                best = server
                least = load
        return best

    def next_send(self, waiting: int, now: float) -> float:
        """When ``roomiest`` next finds a server by itself; infinity for never."""
        moment = inf
        for server in self._nameservers:
            if waiting >= self.ahead(server, now):
                moment = min(moment, server.next_send(now))
        return moment

    def far(self, waiting: int, now: float) -> list[Nameserver]:
        """The servers that nearer ones leave nothing for, with so few ``waiting``."""
        return [server for server in self._nameservers if waiting < self.ahead(server, now)]

    def server_again(self, lookup: Lookup, others: bool, far: list[Nameserver], now: float) -> Nameserver | None:
        """The server asked least for this lookup, among those the one with most to spare; None while none has any.

        After silence, one that has never been heard, or is ``far``, is left out while another may be asked again. While
        there are ``others`` to ask how it is, none whose pace is in trouble takes another try of this one. After an
        error the lookup waits for one that was asked less: what they all say is the name's own; and it leaves some room
        for the others there, for such names alone would never show that a slow one has become faster.
        """
        best: Nameserver | None = None
        best_tries = _TRIES_PER_SERVER
        if lookup.failure:
            for server in self._nameservers:
                if not (server.down or server.pace.in_trouble(now)):
                    best_tries = min(best_tries, tries_at(lookup, server, False) + 1)
        most = 0
        latest = lookup.last_try.sent_at + BETTER_MOMENT if lookup.last_try is not None else now
        up = self.any_up()
        heard = near = False
        if not lookup.failure:
            for server in self._nameservers:
                if server.answered and not server.down and tries_at(lookup, server, False) < _TRIES_PER_SERVER:
                    heard = True
                    near = near or server not in far
        for server in self._nameservers:
            if (up and server.down) or (heard and not server.answered) or (near and server in far):
                continue
            allowance = server.allowance(now)
            if allowance <= 0:
                continue
            tries = tries_at(lookup, server, False)
            pace = server.pace
            if others and lookup.failure and pace.lacks_evidence() and pace.refuses_names(lookup.failure == "REFUSED"):
                continue
            if (others and pace.in_trouble(now) and not pace.refuses_unclearly()) or (
                tries == _TRIES_PER_SERVER - 1 and pace.passes_limit(now) and now < latest
            ):
                continue  # a last try is worth a better moment
            if tries < best_tries or (tries == best_tries and best is not None and allowance > most):
                best = server
                best_tries = tries
                most = allowance
        return best

    def asked_together(self, lookup: Lookup, idle: bool, now: float) -> list[Nameserver]:
        """The servers to ask all at once after the first try; none where one by one is better.

        After an error all others, unless one of them may have an answer; after silence two, while all else is ``idle``.
        """
        last = lookup.last_try
        if idle and last is not None and last.state == _SILENT and lookup.tries == 1 and not last.over_tcp:
            return self._two_at_hand(last.nameserver, now)
        if last is None or self._alike < _VAIN_TRIES or lookup.tries != 1 or not lookup.failure or lookup.plain:
            return []
        if last.over_tcp or is_excused(last) or last.sent_at >= self._believed_until:
            return []
        servers: list[Nameserver] = []
        for server in self._nameservers:
            if server.pace.refuses():
                return []  # its limit would turn some of them away
            if server is not last.nameserver and not server.down:
                servers.append(server)
        return servers

    def _two_at_hand(self, asked: Nameserver, now: float) -> list[Nameserver]:
        """The nearest two servers besides ``asked`` that can take a query more; none where there are not two."""
        servers: list[Nameserver] = []
        for server in sorted(self._nameservers, key=_path):
            if server is asked or server.down or not server.answered or server.pace.in_trouble(now):
                continue
            if server.allowance(now) > 0:
                servers.append(server)
        return servers[:2] if len(servers) > 1 else []

    def may_ask(self, lookup: Lookup, server: Nameserver) -> bool:
        """Whether that is still to be done at one of those."""
        if lookup.status or lookup.wary or lookup.truncated or lookup.tries >= self._tries:
            return False
        return tries_at(lookup, server, False) == 0

    def server_for_tcp(self, lookup: Lookup) -> Nameserver | None:
        """The server asked least over TCP for this lookup, one that is up before one that is not."""
        best: Nameserver | None = None
        least = TRIES_PER_SERVER
        for server in self._nameservers:
            tries = tries_at(lookup, server, True) + (1 if server.down else 0)
            if tries < least:
                best, least = server, tries
        return best

    def next_step(self, lookup: Lookup) -> int:
        """OVER_UDP, OVER_TCP or NOTHING, after a try that came to nothing."""
        if lookup.tries >= self._tries:
            return NOTHING
        if lookup.wary or lookup.truncated or self._tcp:
            return OVER_TCP
        if lookup.failure and self._is_believed(lookup):
            return NOTHING
        if (lookup.tries < self._udp_tries or lookup.failure) and self._udp_left(lookup):
            return OVER_UDP
        if lookup.failure or all_failed(lookup):
            return NOTHING
        return OVER_TCP

    def note_failure(self, lookup: Lookup) -> None:
        """A reply settled nothing: learn from it if every server had had trouble with this name before."""
        last = lookup.last_try
        assert last is not None
        if lookup.tries > _LEAST_ERRORS and not is_excused(last) and self._is_own_trouble(lookup, 1):
            self._in_vain += 1
            self._alike += 1
            if self._in_vain >= VAIN_TRIES:
                self._believed_until = last.sent_at + BELIEF
                self._in_vain = VAIN_TRIES // 2

    def note_success(self, lookup: Lookup) -> None:
        """An answer came after an error reply."""
        self._alike = 0
        if self._is_own_trouble(lookup):
            self._in_vain = 0
            self._believed_until = -inf

    def _is_believed(self, lookup: Lookup) -> bool:
        last = lookup.last_try
        return last is not None and last.sent_at < self._believed_until and self._is_own_trouble(lookup)

    def _is_own_trouble(self, lookup: Lookup, beyond: int = 0) -> bool:
        """Whether every server had its turn and no limit speaks, ``beyond`` tries ago."""
        least = _LEAST_ERRORS + beyond
        if lookup.tries < least or errors_of(lookup) < least:
            return False
        for server in self._nameservers:
            if server.pace.refuses() or not (server.down or tries_at(lookup, server, False)):
                return False
        return True

    def may_try(self, lookup: Lookup) -> bool:
        """Whether it has a try left."""
        return lookup.tries < self._tries

    def may_send_again(self, lookup: Lookup) -> bool:
        """Whether it has a try left, and none is out."""
        return lookup.tries < self._tries and (lookup.last_try is None or lookup.last_try.state != _OUT)

    def is_last_resort(self, lookup: Lookup) -> bool:
        """Whether a try over TCP is made only because UDP met silence."""
        return not (lookup.truncated or lookup.wary or self._tcp)

    def is_over(self, lookup: Lookup) -> bool:
        """Whether a lookup without a try left has ended; else it waits for a late answer, until its deadline."""
        return bool(lookup.failure) or not self._patient or not _awaits(lookup)

    def pause(self, attempt: Try, now: float) -> float:
        """Seconds before the next try after ``attempt``, which got a reply, or an error, that settles nothing."""
        lookup = attempt.lookup
        server = attempt.nameserver
        for other in self._nameservers:
            if (
                other is not server
                and not (other.down or other.pace.in_trouble(now))
                and tries_at(lookup, other, False) == 0
            ):
                return 0.0
        if attempt.state == _FAILED and not attempt.over_tcp:
            return REFUSED_PAUSE * lookup.tries
        if is_excused(attempt) or attempt.over_tcp or server.pace.refuses():
            return LIMIT_PAUSE * lookup.tries
        return TROUBLE_PAUSE * tries_at(lookup, server, False)

    def pause_after_silence(self, lookup: Lookup) -> float:
        """Seconds before the next try after one that met silence: what loses two in a row may last for some moments."""
        if lookup.tries < 2:
            return 0.0
        for server in self._nameservers:
            if not server.down and tries_at(lookup, server, False) == 0:
                return 0.0
        return SILENCE_PAUSE

    def _udp_left(self, lookup: Lookup) -> bool:
        """Whether some server may be asked again over UDP."""
        up = self.any_up()
        for server in self._nameservers:
            if up and server.down:
                continue
            if tries_at(lookup, server, False) < _TRIES_PER_SERVER:
                return True
        return False


def _path(server: Nameserver) -> float:
    return server.pace.path()


def is_excused(attempt: Try) -> bool:
    """Whether the server's limit explains the reply, which may show only once others of the time are refused too."""
    return attempt.excused or (attempt.state == _ANSWERED and attempt.epoch is not None and bool(attempt.epoch.refused))


def tries_at(lookup: Lookup, server: Nameserver, over_tcp: bool) -> int:
    """Tries of ``lookup`` that count against ``server`` on this transport."""
    count = 0
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.nameserver is server and attempt.over_tcp == over_tcp and not is_excused(attempt):
            count += 1
        attempt = attempt.previous
    return count


def errors_of(lookup: Lookup) -> int:
    """Replies to ``lookup`` that settled nothing, and that no server's limit explains."""
    return _unexplained(lookup, _ANSWERED)


def replies_to(lookup: Lookup) -> int:
    """How many tries had a reply."""
    count = 0
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state == _ANSWERED:
            count += 1
        attempt = attempt.previous
    return count


def was_last(attempt: Try) -> bool:
    """Whether what comes of it may be the last that was waited for, so that the next step follows."""
    lookup = attempt.lookup
    return attempt is lookup.last_try or (lookup.together and not attempt.nameserver.down)


def is_out(lookup: Lookup) -> bool:
    """Whether a reply to the last try is waited for, or to one of those that were made together."""
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state == _OUT and not attempt.nameserver.down and (attempt.over_tcp or not lookup.wary):
            return True
        attempt = attempt.previous if lookup.together else None
    return False


def says_much(lookup: Lookup) -> bool:
    """Whether what comes of its next try says more about the server than about the name.

    Until an error that no limit explains, or a second one: a limit that refuses seldom meets the same name again.
    """
    refused = False
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state == _ANSWERED:
            if refused or not is_excused(attempt):
                return False
            refused = True
        attempt = attempt.previous
    return True


def silences(lookup: Lookup) -> int:
    """How many tries met silence that nothing explains: that of a limit or an outage takes the others with it."""
    return _unexplained(lookup, _SILENT)


def all_failed(lookup: Lookup) -> bool:
    """Whether the socket failed on every try."""
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state != _FAILED:
            return False
        attempt = attempt.previous
    return True


def servers_asked(lookup: Lookup) -> str:
    """The servers of its tries, in the order of their first."""
    servers: list[str] = []
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.nameserver.text in servers:
            servers.remove(attempt.nameserver.text)
        servers.append(attempt.nameserver.text)
        attempt = attempt.previous
    servers.reverse()
    return ", ".join(servers)


def _is_swept(attempt: Try) -> bool:
    """Whether what befell the others of its time explains what it met."""
    return attempt.epoch is not None and bool(attempt.epoch.swept)


def _unexplained(lookup: Lookup, state: int) -> int:
    """Tries in ``state`` for which neither a limit nor an outage is to blame."""
    count = 0
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state == state and not (is_excused(attempt) if state == _ANSWERED else _is_swept(attempt)):
            count += 1
        attempt = attempt.previous
    return count


def _awaits(lookup: Lookup) -> bool:
    """Whether some try can still be answered."""
    attempt = lookup.last_try
    while attempt is not None:
        if attempt.state in (OUT, SILENT, MISCASED) and attempt.channel is not None and not attempt.channel.closed:
            return True
        attempt = attempt.previous
    return False
