"""Every figure of Holdfast's rules in one place, each overridable by one environment variable."""

from dataclasses import dataclass, fields
from typing import Self

from environ import Env

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The unit of a figure is the end of its name; `HOLDFAST_<NAME>` overrides it."""

    # Submitting (intents)
    request_id_max_age_seconds: int = DAY
    intent_retention_seconds: int = 30 * DAY
    lock_timeout_milliseconds: int = 2000
    duplicate_window_seconds: int = 10 * MINUTE
    rate_limit_per_minute: int = 60
    trusted_proxies_count: int = 0  # how many proxies in front of us append to X-Forwarded-For

    # Staff who log in
    login_failures_count: int = 10
    login_lockout_seconds: int = 15 * MINUTE
    staff_session_seconds: int = 12 * HOUR

    # Bookings
    processing_late_seconds: int = MINUTE
    processing_needs_person_seconds: int = 5 * MINUTE
    processing_max_attempts: int = 3
    draft_hold_seconds: int = 10 * MINUTE
    call_hold_seconds: int = 5 * MINUTE  # a time held while somebody is on the telephone
    desk_late_start_seconds: int = 2 * HOUR  # how long ago what staff write down may have begun, today
    approval_promise_seconds: int = DAY
    approval_before_start_seconds: int = DAY
    confirmation_wait_seconds: int = DAY
    confirmation_grace_seconds: int = HOUR
    completion_grace_seconds: int = HOUR
    series_bookings_count: int = 26  # at most in one series
    import_page_rows_count: int = 500  # looked at, and booked by one press, at a time
    import_press_seconds: int = 5  # then a press stops and says how many rows are left
    import_file_rows_count: int = 5000
    import_file_max_bytes: int = 2 * 1024 * 1024
    import_file_keep_seconds: int = DAY

    # The wait list
    wait_offer_seconds: int = 2 * HOUR  # how long an offer holds its time; never past start minus notice
    wait_offer_least_seconds: int = 10 * MINUTE  # what can be held for less is not offered any more
    wait_look_again_seconds: int = 2 * MINUTE  # for what becomes free without a booking: new hours
    wait_late_seconds: int = 5 * MINUTE

    # Effects
    lease_seconds: int = 120
    lapse_grace_seconds: int = 60
    outside_call_seconds: int = 30
    effect_max_attempts: int = 8
    effect_bug_attempts: int = 3
    backoff_first_seconds: int = 30
    backoff_factor: int = 4
    backoff_max_seconds: int = 6 * HOUR
    effect_late_seconds: int = 2 * MINUTE
    effect_needs_person_seconds: int = 10 * MINUTE
    unknown_after_seconds: int = 15 * MINUTE
    unknown_needs_person_seconds: int = 30 * MINUTE
    dead_needs_person_seconds: int = 4 * HOUR
    claim_batch_count: int = 20
    drain_budget_seconds: int = 10

    # Channels
    breaker_failures_count: int = 5
    breaker_recipients_count: int = 2
    breaker_probe_seconds: int = 60
    slow_pace_milliseconds: int = 1000

    # What mail providers report
    report_wait_seconds: int = 5 * MINUTE  # for a message that our records do not know yet
    report_raw_retention_seconds: int = 30 * DAY  # how long a settled report is kept word by word

    # Webhooks
    webhook_lanes_count: int = 8
    webhook_secret_overlap_seconds: int = DAY

    # Reminders
    reminder_before_start_seconds: int = 30 * MINUTE

    # Other messages
    address_corrections_per_day: int = 5
    attention_collect_seconds: int = 5 * MINUTE
    attention_pause_seconds: int = HOUR

    # Web
    web_processes_count: int = 2
    web_threads_count: int = 4

    # Forgetting
    draft_retention_days: int = 1  # what somebody began to book and did not send
    booking_retention_days: int = 90  # after the end of the appointment; a place may say otherwise
    enquiry_retention_days: int = 90  # after the answer
    retention_rows_count: int = 20_000  # of one rule in one run

    # People at the desk
    claim_max_seconds: int = 12 * HOUR
    snooze_max_seconds: int = 7 * DAY
    snooze_before_harm_seconds: int = 2 * HOUR
    escalate_before_harm_seconds: int = 2 * HOUR

    # Campaigns: one remedy over many records
    campaign_records_count: int = 1000
    campaign_per_second_count: int = 5
    campaign_canary_count: int = 5
    campaign_undo_seconds: int = 10
    campaign_failures_percent: int = 20
    campaign_failures_after_count: int = 20
    campaign_open_outcomes_count: int = 50
    campaign_outcome_wait_seconds: int = 10 * MINUTE
    campaign_stalled_seconds: int = 2 * MINUTE
    campaign_preview_seconds: int = HOUR

    # Alerts to operators
    alert_incident_failures_count: int = 5
    alert_stand_in_seconds: int = 30  # no worker has told them for so long: web and watch do

    # The worker and its watch
    queue_workers_count: int = 3
    queue_poll_milliseconds: int = 90
    sweep_every_seconds: int = MINUTE
    stall_seconds: int = 10
    heartbeat_every_seconds: int = 15
    heartbeat_late_seconds: int = 45
    heartbeat_needs_person_seconds: int = 2 * MINUTE
    recovery_batch_count: int = 1000

    @classmethod
    def from_environment(cls, env: Env) -> Self:
        """Read each figure's override; a value that is no whole number raises ImproperlyConfigured."""
        return cls(
            **{field.name: env.int(field.name.upper(), default=field.default) for field in fields(cls)}
        )

    def __post_init__(self) -> None:
        if self.lease_seconds <= self.outside_call_seconds:
            raise ValueError(
                f"HOLDFAST_LEASE_SECONDS ({self.lease_seconds}) must be longer than "
                f"HOLDFAST_OUTSIDE_CALL_SECONDS ({self.outside_call_seconds}): a lease that runs out "
                "during an outside call would let a second worker repeat it."
            )
