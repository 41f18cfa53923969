"""Puts people on a wait list, each offer tied to the draft that holds its time."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models
from django.db.models.functions import Lower

import bookings.booking


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0018_records_have_names"),
        ("notifications", "0010_settled_reports_are_forgotten"),
        ("operations", "0018_operating_says_what_is_left_of_it"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("stale_after", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("waiting", "On the wait list"),
                            ("offered", "Offered a time"),
                            ("taken", "Took the time"),
                            ("declined", "Let the time go"),
                            ("expired", "Over without an answer"),
                            ("left", "Left the list"),
                        ],
                        default="waiting",
                        max_length=20,
                        protected=True,
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=bookings.booking.new_reference, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=bookings.booking.new_token, editable=False, max_length=40, unique=True
                    ),
                ),
                ("day", models.DateField(help_text="By the clock of the place.")),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, help_text="Empty: any time of that day.", null=True),
                ),
                ("until", models.DateTimeField()),
                ("look_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("notes", models.TextField(blank=True, max_length=2000)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("language", models.CharField(default="en", max_length=12)),
                ("source", models.CharField(default="web", max_length=12)),
                (
                    "forgotten_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When the customer's data were removed.",
                        null=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "wait list entry",
                "verbose_name_plural": "wait list",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="waitentry",
            name="booking",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wait_entry",
                to="bookings.booking",
            ),
        ),
        migrations.AddField(
            model_name="waitentry",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="wait_list", to="bookings.location"
            ),
        ),
        migrations.AddField(
            model_name="waitentry",
            name="request",
            field=models.OneToOneField(
                editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="operations.intent"
            ),
        ),
        migrations.AddField(
            model_name="waitentry",
            name="resource",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="bookings.resource"
            ),
        ),
        migrations.AddField(
            model_name="waitentry",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="waiting", to="bookings.service"
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["look_at"], name="bookings_wait_look"
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["service", "day", "id"],
                name="bookings_wait_line",
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["location", "day"],
                name="bookings_wait_place",
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(
                condition=models.Q(("status__in", ["waiting", "offered"])),
                fields=["stale_after"],
                name="bookings_wait_stale",
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(fields=["-until", "-id"], name="bookings_wait_until"),
        ),
        migrations.AddConstraint(
            model_name="waitentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("booking__isnull", False),
                    ("status__in", ["waiting", "expired", "left"]),
                    _connector="OR",
                ),
                name="bookings_offer_has_its_booking",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitentry",
            trigger=pgtrigger.compiler.Trigger(
                name="status_guard",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF NEW.status NOT IN ('waiting') OR NEW.version <> 1 THEN\n                    RAISE EXCEPTION 'bookings_waitentry: a record cannot begin as % (version %)', NEW.status, NEW.version\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_waitentry_begins';\n                END IF;\n                RETURN NEW;\n            END IF;\n            IF NEW.version NOT IN (OLD.version, OLD.version + 1)\n                OR (NEW.status <> OLD.status AND NEW.version = OLD.version) THEN\n                RAISE EXCEPTION 'bookings_waitentry %: version % cannot become %', OLD.id, OLD.version, NEW.version\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_waitentry_version_grows';\n            END IF;\n            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('offered', 'declined'), ('offered', 'expired'), ('offered', 'left'), ('offered', 'taken'), ('waiting', 'expired'), ('waiting', 'left'), ('waiting', 'offered')) THEN\n                RAISE EXCEPTION 'bookings_waitentry %: % cannot become %', OLD.id, OLD.status, NEW.status\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_waitentry_allowed_moves';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="728976cafa7d3920116957e8568ab68e5b58871c",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_status_guard_d116b",
                    table="bookings_waitentry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitentry",
            trigger=pgtrigger.compiler.Trigger(
                name="event_guard",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n            IF NOT EXISTS (\n                SELECT 1 FROM operations_event\n                WHERE subject_model = 'bookings.waitentry' AND subject_id = NEW.id AND sequence = NEW.version\n                    AND to_status = NEW.status\n            ) THEN\n                RAISE EXCEPTION 'bookings_waitentry %: version % has no event', NEW.id, NEW.version\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_waitentry_explained';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="b7edab893eef3a9cd20318c858ec34b6404914b7",
                    operation='INSERT OR UPDATE OF "version"',
                    pgid="pgtrigger_event_guard_343d7",
                    table="bookings_waitentry",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitentry",
            trigger=pgtrigger.compiler.Trigger(
                name="offer_has_its_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n            IF EXISTS (\n                SELECT 1 FROM bookings_waitentry AS entry LEFT JOIN bookings_booking AS booking\n                    ON booking.id = entry.booking_id\n                WHERE entry.id = NEW.id AND entry.status = 'offered'\n                    AND booking.status IS DISTINCT FROM 'draft'\n            ) THEN\n                RAISE EXCEPTION 'bookings_waitentry %: its offer holds no time', NEW.id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_offer_has_its_draft';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="81fcb84a058ac8afa7633e550fec5530096d8ec5",
                    operation='INSERT OR UPDATE OF "status", "booking_id"',
                    pgid="pgtrigger_offer_has_its_draft_ff155",
                    table="bookings_waitentry",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="waitentry",
            index=models.Index(Lower("email"), name="bookings_wait_email"),
        ),
        migrations.CreateModel(
            name="FreedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "location",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="bookings.location"),
                ),
            ],
            options={
                "verbose_name": "time that was left",
                "verbose_name_plural": "times that were left",
                "indexes": [models.Index(fields=["at"], name="bookings_freed_at")],
            },
        ),
    ]
