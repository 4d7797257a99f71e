"""The latest journey by coach that is in time: one scan of the calls from last to first, for all collèges at once.

A journey is judged by when it leaves (late is good), then by its `label`: coaches taken, seconds walked, time of arrival,
metres. These four stand in one integer, first things highest, and add up along a journey except for the time of arrival, which
the last walk alone sets. What follows a call is therefore the least label of what may follow it, whenever the journey began;
and because coaches come first, journeys of too many changes are exactly those whose least label has too many coaches.

The scan is that of J. Dibbelt, T. Pajor, B. Strasser, D. Wagner (2013), Intriguingly simple and fast transit routing,
Experimental Algorithms (SEA), 43-54, doi:10.1007/978-3-642-38527-8_6, backwards and with every collège as a target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Index

Labels = npt.NDArray[np.int64]
"""Coaches x 2**58 + seconds walked x 2**41 + second of arrival x 2**24 + metres; `UNREACHED` or more = no journey."""

METRES, SECONDS = 24, 17
ARRIVAL = METRES
WALK = ARRIVAL + SECONDS
COACH = WALK + SECONDS
UNREACHED = np.int64(2**62)
NEVER = np.int64(-(2**40))
"""Time of leaving where there is no journey."""


@dataclass(frozen=True, eq=False)
class Walks:
    """Ways on foot between two sets of places, within a limit, sorted by where they start.

    Attributes
    ----------
    first : (N + 1,) int
        Ways from place i are ``first[i]`` to ``first[i + 1] - 1``.
    end : (W,) int
    seconds, metres : (W,) int
    """

    first: Index
    end: Index
    seconds: Labels
    metres: Labels

    @property
    def start(self) -> Index:
        """(W,) where each way starts."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @property
    def label(self) -> Labels:
        """(W,) what each way adds to a label."""
        return (self.seconds << WALK) + self.metres


@dataclass(frozen=True, eq=False)
class Calls:
    """A timetable in whole seconds and metres.

    Attributes
    ----------
    stop : (E,) int
    time_s : (E,) int
    following : (E,) int
        Next call of the same coach; -1 at its last one. It stands after this one and is no earlier.
    ride_m : (E,) int
        To that call.
    """

    stop: Index
    time_s: Labels
    following: Index
    ride_m: Labels

    @property
    def order(self) -> Index:
        """(E,) calls by time; those of one coach at the same minute in the order of travel."""
        return np.lexsort((np.arange(len(self.time_s)), self.time_s))


@dataclass(frozen=True, eq=False)
class Departures:
    """The latest useful coach at each stop, for each collège.

    Attributes
    ----------
    leave_s : (P, S) int
        `NEVER` where no coach leads there in time.
    label : (P, S) int
        Of the journey that begins with it.
    useful : (E,) bool
        Calls at which boarding leads to some collège in time.
    """

    leave_s: Labels
    label: Labels
    useful: npt.NDArray[np.bool_]


def latest_departures(calls: Calls, arrivals: Labels, changes: Walks, least_change_s: int, most_changes: int) -> Departures:
    """Scan the calls from last to first.

    Parameters
    ----------
    calls : Calls
    arrivals : (E, S) int
        Label of getting off at a call and walking to a collège; `UNREACHED` where it is too far, too early or too late.
    changes : Walks
        Between stops, each stop to itself included.
    least_change_s : int
        In addition to the walk; at least 1, so that what follows a change is always later and already scanned.
    most_changes : int
    """
    num_calls, num_targets = arrivals.shape
    num_stops = len(changes.first) - 1
    change_first, change_call, change_label = _boardings(calls, changes, least_change_s)
    later = _later_at_stop(calls)
    too_many = np.int64(most_changes + 2) << COACH
    # Aboard: sitting in the coach as it calls. Waiting: at the stop, for this coach or a later one.
    aboard, waiting = (np.full((num_calls + 1, num_targets), UNREACHED) for _ in range(2))
    leave_s, best = np.full((num_stops, num_targets), NEVER), np.full((num_stops, num_targets), UNREACHED)
    useful = np.zeros(num_calls, np.bool_)
    for call in calls.order[::-1]:
        ways = slice(change_first[call], change_first[call + 1])
        onward = aboard[calls.following[call]] + calls.ride_m[call]
        board = onward + (1 << COACH)
        board[board >= too_many] = UNREACHED
        change = (waiting[change_call[ways]] + change_label[ways, None]).min(axis=0, initial=UNREACHED)
        aboard[call] = np.minimum(np.minimum(arrivals[call], change), onward)
        waiting[call] = np.minimum(board, waiting[later[call]])
        stop, time_s = calls.stop[call], calls.time_s[call]
        better = (board < UNREACHED) & ((leave_s[stop] < time_s) | ((leave_s[stop] == time_s) & (board < best[stop])))
        leave_s[stop, better], best[stop, better] = time_s, board[better]
        useful[call] = (board < UNREACHED).any()
    return Departures(leave_s, best, useful)


def leave_home(homes: Walks, departures: Departures, on_foot: tuple[Labels, Labels]) -> tuple[Labels, Labels]:
    """Time of leaving and label of the best journey from every home to every collège.

    Parameters
    ----------
    homes : Walks
        From homes to stops.
    departures : Departures
    on_foot : ((U, S) int, (U, S) int)
        The same for walking all the way: `NEVER` and `UNREACHED` where it is too far.
    """
    leave_s, label = on_foot[0].copy(), on_foot[1].copy()
    ways_label = homes.label
    for home in range(len(leave_s)):
        ways = slice(homes.first[home], homes.first[home + 1])
        stops = homes.end[ways]
        if len(stops):
            leave = np.vstack([departures.leave_s[stops] - homes.seconds[ways, None], leave_s[home]])
            value = np.vstack([departures.label[stops] + ways_label[ways, None], label[home]])
            leave = np.where(value < UNREACHED, leave, NEVER)
            leave_s[home] = leave.max(axis=0)
            label[home] = np.where(leave == leave_s[home], value, UNREACHED).min(axis=0)
    return leave_s, label


def _boardings(calls: Calls, changes: Walks, least_change_s: int) -> tuple[Index, Index, Labels]:
    """For every call, the first call that a change reaches at every stop near it: first, call, label."""
    near = np.diff(changes.first)[calls.stop]
    first = np.concatenate([[0], np.cumsum(near)])
    call = np.repeat(np.arange(len(near)), near)
    way = changes.first[calls.stop][call] + np.arange(len(call)) - first[call]
    ready_s = calls.time_s[call] + changes.seconds[way] + least_change_s
    ordered = np.lexsort((calls.order.argsort(), calls.stop))
    # One number for stop and time, so that one search finds the first call at that stop from that time on.
    width = np.int64(2**40)
    key = calls.stop[ordered] * width + calls.time_s[ordered]
    found = np.searchsorted(key, changes.end[way] * width + ready_s)
    at_stop = (found < len(key)) & (calls.stop[ordered[np.minimum(found, len(key) - 1)]] == changes.end[way])
    kept = np.concatenate([[0], np.cumsum(np.bincount(call[at_stop], minlength=len(near)))])
    return kept, ordered[found[at_stop]], changes.label[way[at_stop]]


def _later_at_stop(calls: Calls) -> Index:
    """(E,) next call at the same stop in the order of the scan; -1 where there is none."""
    ordered = np.lexsort((calls.order.argsort(), calls.stop))
    same = calls.stop[ordered][1:] == calls.stop[ordered][:-1]
    later = np.full(len(ordered), -1)
    later[ordered[:-1][same]] = ordered[1:][same]
    return later
