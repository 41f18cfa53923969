"""Makes room for campaigns and their ledgers; the database lets one run at a time."""

import uuid

import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0007_machinery_takes_a_permission_of_its_own"),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("subject_id", models.BigIntegerField()),
                ("subject_version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Not yet"),
                            ("applied", "Done"),
                            ("skipped", "Left out"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(blank=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("pending", "On its way"), ("good", "Worked"), ("bad", "Failed again")],
                        max_length=8,
                    ),
                ),
                ("fingerprint", models.CharField(blank=True, max_length=200)),
                ("acted_at", models.DateTimeField(null=True)),
                ("outcome_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Campaign",
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
                            ("previewed", "Prepared, not started"),
                            ("scheduled", "Begins in a moment"),
                            ("canary", "Trying the first few"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("completed", "Done"),
                            ("cancelled", "Called off"),
                        ],
                        default="previewed",
                        max_length=20,
                        protected=True,
                    ),
                ),
                ("condition", models.CharField(max_length=60)),
                ("remedy", models.CharField(max_length=40)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("chosen_by", models.JSONField(blank=True, default=dict)),
                ("location", models.CharField(blank=True, max_length=60)),
                ("reason", models.TextField(blank=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("operation_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("left_count", models.PositiveIntegerField(default=0)),
                ("soonest_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("leg_position", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("stop_text", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["-created_at"], name="operations_campaign_created")],
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("status__in", ("scheduled", "canary", "running"))),
                        name="operations_one_campaign_runs",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaign",
            trigger=pgtrigger.compiler.Trigger(
                name="status_guard",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                IF NEW.status NOT IN ('previewed') OR NEW.version <> 1 THEN\n                    RAISE EXCEPTION 'operations_campaign: a record cannot begin as % (version %)', NEW.status, NEW.version\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_campaign_begins';\n                END IF;\n                RETURN NEW;\n            END IF;\n            IF NEW.version NOT IN (OLD.version, OLD.version + 1)\n                OR (NEW.status <> OLD.status AND NEW.version = OLD.version) THEN\n                RAISE EXCEPTION 'operations_campaign %: version % cannot become %', OLD.id, OLD.version, NEW.version\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_campaign_version_grows';\n            END IF;\n            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('canary', 'completed'), ('canary', 'running'), ('canary', 'stopped'), ('previewed', 'cancelled'), ('previewed', 'scheduled'), ('running', 'completed'), ('running', 'stopped'), ('scheduled', 'canary'), ('scheduled', 'cancelled'), ('stopped', 'canary'), ('stopped', 'cancelled')) THEN\n                RAISE EXCEPTION 'operations_campaign %: % cannot become %', OLD.id, OLD.status, NEW.status\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_campaign_allowed_moves';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="00a68ccd26ba3a7d3bb256434ec14893c1e897b2",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_status_guard_d11c0",
                    table="operations_campaign",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaign",
            trigger=pgtrigger.compiler.Trigger(
                name="event_guard",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n            IF NOT EXISTS (\n                SELECT 1 FROM operations_event\n                WHERE subject_model = 'operations.campaign' AND subject_id = NEW.id AND sequence = NEW.version\n                    AND to_status = NEW.status\n            ) THEN\n                RAISE EXCEPTION 'operations_campaign %: version % has no event', NEW.id, NEW.version\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_campaign_explained';\n            END IF;\n            RETURN NULL;\n        ",
                    hash="2200bdbdfd5e4e4fba96116dbf7d1769b885294c",
                    operation='INSERT OR UPDATE OF "version"',
                    pgid="pgtrigger_event_guard_02251",
                    table="operations_campaign",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="campaignitem",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="operations.campaign"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignitem",
            index=models.Index(
                condition=models.Q(("outcome", "pending")),
                fields=["campaign"],
                name="operations_campaign_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignitem",
            constraint=models.UniqueConstraint(
                fields=("campaign", "position"), name="operations_campaign_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignitem",
            constraint=models.UniqueConstraint(
                fields=("campaign", "subject_id"), name="operations_campaign_once_per_record"
            ),
        ),
    ]
