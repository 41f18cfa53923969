"""What can be wrong with a parcel."""

from operations import engine, workflow
from operations.effects import EffectStatus
from operations.recovery import Condition, Remedy, register
from tests.parcels.models import Parcel

OPEN = frozenset[str](EffectStatus) - Parcel.final_statuses - {EffectStatus.WORKING}


def retry(parcel, operation):
    workflow.perform(parcel, "send_again" if parcel.status == EffectStatus.UNKNOWN else "retry", operation)


register(
    Condition(
        code="parcels.interrupted",
        title="Interrupted",
        model=Parcel,
        records=lambda: Parcel.objects.lapsed(),
        explanation="Its worker has stopped.",
        customer_text="It is on its way again.",
        remedies=(
            Remedy(
                code="reclaim",
                title="Take it back",
                says="Tries again if it had not left.",
                apply=engine.reclaim,
                due_by_itself=lambda due: due,
            ),
        ),
        covers=frozenset({EffectStatus.WORKING}),
    ),
    Condition(
        code="parcels.stuck",
        title="Stuck",
        model=Parcel,
        records=lambda: Parcel.objects.filter(status__in=["dead", "held", "unknown"]),
        explanation="It did not arrive.",
        customer_text="It did not arrive.",
        remedies=(Remedy(code="retry", title="Retry now", says="Sends it again.", apply=retry),),
        covers=OPEN,
    ),
)
