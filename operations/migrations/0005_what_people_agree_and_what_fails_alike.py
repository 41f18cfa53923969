"""Gives people claims, notes, pauses, promises and hand-overs, and failures a fingerprint."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0004_keep_proofs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_model", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("released", "given back"),
                            ("expired", "expired"),
                            ("taken_over", "taken over"),
                            ("handed_over", "handed over"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ended_by_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("unusual", models.TextField(blank=True)),
                ("watch", models.TextField(blank=True)),
                ("promised", models.TextField(blank=True)),
                ("listed", models.JSONField(default=list)),
                ("taken_at", models.DateTimeField(null=True)),
                ("taken_by_id", models.BigIntegerField(null=True)),
                ("moved_count", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=16)),
                ("effect_model", models.CharField(max_length=60)),
                ("failure_class", models.CharField(max_length=20)),
                ("channel", models.CharField(max_length=40)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("text", models.CharField(blank=True, max_length=200)),
                ("first_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("owner_id", models.BigIntegerField(blank=True, null=True)),
                ("closed_up_to", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by_id", models.BigIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_model", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_model", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("condition", models.CharField(max_length=60)),
                ("text", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
                ("kept_by_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_model", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("condition", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField()),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="attempt",
            name="failed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="attempt",
            name="fingerprint",
            field=models.CharField(editable=False, max_length=16, null=True),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["subject_model", "subject_id", "-at"], name="operations_claim_subject"
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["user_id"],
                name="operations_claim_holder",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["-at"], name="operations_claim_at"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("subject_model", "subject_id"),
                name="operations_one_claim_per_record",
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["-at"], name="operations_handover_at"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("taken_at__isnull", True)),
                fields=["-at"],
                name="operations_handover_open",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["-seen_at"], name="operations_incident_seen"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                fields=("fingerprint",), name="operations_one_incident_per_fingerprint"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["subject_model", "subject_id", "-at"], name="operations_note_subject"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["-at"], name="operations_note_at"),
        ),
        migrations.AddIndex(
            model_name="pledge",
            index=models.Index(
                condition=models.Q(("kept_at__isnull", True)), fields=["due_at"], name="operations_pledge_due"
            ),
        ),
        migrations.AddIndex(
            model_name="pledge",
            index=models.Index(fields=["subject_model", "subject_id"], name="operations_pledge_subject"),
        ),
        migrations.AddIndex(
            model_name="pledge",
            index=models.Index(fields=["-at"], name="operations_pledge_at"),
        ),
        migrations.AddIndex(
            model_name="snooze",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["condition", "subject_id", "until"],
                name="operations_snooze_open",
            ),
        ),
        migrations.AddIndex(
            model_name="snooze",
            index=models.Index(fields=["-at"], name="operations_snooze_at"),
        ),
    ]
