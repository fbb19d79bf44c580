"""THE TABLE: every invariant of the design, its check, and the twins without it."""

from typing import Any, Final

from bartizan.enforce.plan import Row
from bartizan.enforce.table import ORDER
from bartizan.flask.routes import served
from bartizan.model.ids import Ids
from bartizan.stores.memory import Memory
from tests.invariants import neighbours, starts, streams
from tests.invariants import otherwise as other
from tests.invariants.laws import LAWS
from tests.invariants.twins import AT, Check, Invariant, Twin, ordered


def _invariant(sentence: str, check: Check, **twins: dict[str, Any]) -> Invariant:
    return Invariant(
        sentence,
        check,
        tuple(Twin(lacks.replace("_", " "), patches, ()) for lacks, patches in twins.items()),
    )


def _asking(bind: Any) -> dict[str, Any]:
    return ordered(*ORDER[:8], Row(8, "rate", bind), *ORDER[8:])


def _shared(made: Any) -> Any:
    return lambda *_: made


BETWEEN: Final = (
    _invariant(
        "a replacement that is looser needs the word `loosen`",
        starts.looser_needs_a_word,
        weakened_in_silence={"bartizan.policy.laws:looser": lambda *_: iter(())},
    ),
    _invariant(
        "an operation's list replaces the default's",
        starts.lists_replace,
        lists_add_up={"bartizan.policy.merge:merged": other.adding_up},
    ),
    _invariant(
        "MethodViews and nested blueprints are covered",
        starts.nested_blueprints_are_seen,
        routes_of_the_app_alone={
            "bartizan.flask.extension:served": lambda app: tuple(
                one for one in served(app) if "." not in one.view
            )
        },
    ),
    _invariant(
        "included URLconfs are covered",
        starts.included_urlconfs_are_seen,
        the_root_urlconf_alone={"bartizan.django.routes:leaves": starts.top_level},
    ),
    _invariant(
        "under ASGI an unwrapped Django is refused",
        starts.unwrapped_asgi_is_refused,
        it_serves={"bartizan.django.middleware:_unwrapped": lambda request: False},
    ),
    _invariant(
        "lifespan passes",
        starts.lifespan_passes,
        requests_alone={"bartizan.asgi:Outside.__call__": starts.http_alone},
    ),
    _invariant(
        "wsgi.input is never replaced, and the view reads the same bytes",
        streams.the_same_stream,
        a_stream_around_it={"bartizan.wsgi:tell": other.wrapped},
        it_is_read_away={"bartizan.wsgi:tell": other.drained},
    ),
    _invariant(
        "operations without input stream",
        streams.bodies_stream,
        act_one_reads_them={"bartizan.wsgi:tell": other.drained},
    ),
    _invariant(
        "a generator that is never resumed is closed and still writes its event",
        streams.unresumed_decisions_end,
        no_event={"bartizan.enforce.guard:Guard._record": lambda *_: None},
        it_stays_parked={"bartizan.enforce.guard:Guard.release": streams.still_parked},
        nobody_leaves={"bartizan.enforce.guard:Guard.leave": lambda *_: None},
    ),
    _invariant(
        "a control that raises is a 500 and an event, wherever it stands",
        streams.failing_controls_refuse,
        it_has_no_objection={"bartizan.enforce.guard:Engine": other.Trusting},
    ),
    _invariant(
        "two apps in one process are two guards",
        neighbours.two_guards,
        one_store={f"{AT}:Memory": _shared(Memory(lambda: 1.0))},
        one_segment={"bartizan.enforce.guard:Ids": _shared(Ids())},
    ),
    _invariant(
        "nothing with a lock, thread or random state is made before the first request",
        neighbours.nothing_before_the_first_request,
        a_lock_at_once={f"{AT}:Memory": other.Early},
        ids_at_once={"bartizan.enforce.guard:Ids": other.early_ids},
    ),
    _invariant(
        "a forked child begins anew",
        neighbours.forks_begin_anew,
        counters_are_inherited={"bartizan.stores.memory:forget_in_child": lambda owner: None},
        ids_are_inherited={"bartizan.model.ids:forget_in_child": lambda owner: None},
    ),
    _invariant(
        "the guard makes no database query of its own",
        neighbours.no_queries,
        a_control_asks_django=_asking(neighbours.django_asks),
        a_control_asks_sqlalchemy=_asking(neighbours.sqlalchemy_asks),
    ),
)

TABLE: Final = (*LAWS, *BETWEEN)
