"""What staff may do to an endpoint: add it, rotate its secret, turn it off and on, test it, replay to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.webhooks import replay, switching
from notifications.webhooks.conditions import SWITCH
from notifications.webhooks.endpoints import Announcement, WebhookEndpoint
from operations.errors import Refusal
from operations.switches import Done, Switch, register
from operations.workflow import Operation

MOST_REPLAYED = 5_000  # more takes longer than a page may; the command has all the time it needs


def mark(endpoint: WebhookEndpoint) -> str:
    """In which state an endpoint is; says nothing of its secret."""
    changes = (endpoint.disabled_at, endpoint.previous_until)
    return "/".join([str(endpoint.is_enabled), *(moment.isoformat() if moment else "" for moment in changes)])


def _add(_none: Any, _operation: Operation, fields: Mapping[str, Any]) -> Done:
    endpoint = WebhookEndpoint(**fields)
    endpoint.save()
    return Done(endpoint, shown_once=endpoint.secret)


def _rotate(endpoint: WebhookEndpoint, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    endpoint.rotate(overlap=timedelta(seconds=settings.HOLDFAST.webhook_secret_overlap_seconds))
    return Done(endpoint, shown_once=endpoint.secret)


def _disable(endpoint: WebhookEndpoint, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    switching.disable(endpoint, operation.reason)
    return Done(endpoint)


def _enable(endpoint: WebhookEndpoint, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    switching.enable(endpoint)
    return Done(endpoint)


def _send_test(endpoint: WebhookEndpoint, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    replay.send_test(endpoint, operation)
    return Done(endpoint)


def _replay(endpoint: WebhookEndpoint, operation: Operation, answers: Mapping[str, Any]) -> None:
    """Batch by batch in commits of its own; repeated under the same operation it copies nothing twice."""
    since = read_moment(answers["since"])
    told = Announcement.objects.filter(endpoint=endpoint, event__at__gte=since)
    if told[: MOST_REPLAYED + 1].count() > MOST_REPLAYED:
        raise Refusal(
            _("That is more than %(most)s messages. Choose a later point, or run: %(command)s")
            % {
                "most": MOST_REPLAYED,
                "command": f"manage.py webhook replay {endpoint.pk} --since {since:%FT%TZ}",
            }
        )
    replay.replay(endpoint, since, operation)


def read_moment(typed: str) -> datetime:
    """An ISO 8601 moment, UTC unless it says otherwise and not to come; raises Refusal."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        text = _("“%(typed)s” is not a moment. Write it like 2027-01-05 08:00 (UTC).") % {"typed": typed[:40]}
        raise Refusal(text) from error
    moment = moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
    if moment > timezone.now():
        raise Refusal(_("This moment is still to come."))
    return moment.astimezone(UTC)


def _is_disabled(endpoint: WebhookEndpoint) -> str:
    return "" if endpoint.is_enabled else _("It is disabled.")


def _is_enabled(endpoint: WebhookEndpoint) -> str:
    return _("It is enabled.") if endpoint.is_enabled else ""


ADD = Switch(
    code="add",
    model=WebhookEndpoint,
    title=gettext_lazy("Add the endpoint"),
    says=gettext_lazy("It is told what happens from now on. Its secret is shown once, on the next page."),
    done=gettext_lazy("The endpoint is added."),
    permission="notifications.add_webhookendpoint",
    apply=_add,
    needs_reason=False,
    makes=True,
)
ROTATE = Switch(
    code="rotate",
    model=WebhookEndpoint,
    title=gettext_lazy("Make a new secret"),
    says=gettext_lazy(
        "Shows the new secret once. Both sign for a day, so that the receiver can be changed meanwhile."
    ),
    done=gettext_lazy("There is a new secret."),
    permission="notifications.rotate_webhookendpoint",
    apply=_rotate,
    mark=mark,
    is_weighty=True,
)
DISABLE = Switch(
    code="disable",
    model=WebhookEndpoint,
    title=gettext_lazy("Disable"),
    says=gettext_lazy(
        "It is told nothing until somebody enables it. What waits is held, what happens is told later."
    ),
    done=gettext_lazy("The endpoint is disabled."),
    permission=SWITCH,
    apply=_disable,
    mark=mark,
    refuses=_is_disabled,
    is_weighty=True,
)
ENABLE = Switch(
    code="enable",
    model=WebhookEndpoint,
    title=gettext_lazy("Enable again"),
    says=gettext_lazy("Sends it what is held, and tells it within a minute what has happened meanwhile."),
    done=gettext_lazy("The endpoint is enabled."),
    permission=SWITCH,
    apply=_enable,
    mark=mark,
    refuses=_is_enabled,
)
SEND_TEST = Switch(
    code="send_test",
    model=WebhookEndpoint,
    title=gettext_lazy("Send a test event"),
    says=gettext_lazy("It carries no booking. What became of it stands under the last messages."),
    done=gettext_lazy("The test event is on its way."),
    permission="notifications.replay_webhookendpoint",
    apply=_send_test,
    mark=mark,
    refuses=_is_disabled,
    needs_reason=False,
)
REPLAY = Switch(
    code="replay",
    model=WebhookEndpoint,
    title=gettext_lazy("Send everything again since"),
    says=gettext_lazy(
        "Sends what happened since then once more. The ids stay the same, so its receiver knows a repeat."
    ),
    done=gettext_lazy("Everything since then is on its way."),
    permission="notifications.replay_webhookendpoint",
    apply=lambda endpoint, _operation, _answers: Done(endpoint),
    before=_replay,
    mark=mark,
    refuses=_is_disabled,
    asks={"since": gettext_lazy("Since when (UTC), e.g. 2027-01-05 08:00")},
    is_weighty=True,
)
register(ADD, ROTATE, DISABLE, ENABLE, SEND_TEST, REPLAY)
