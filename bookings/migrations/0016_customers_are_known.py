"""Lists customers by address or number; their rows are filled by a job, booking by booking, from the first on."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0015_people_are_found_by_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="When the last booking was noticed."
                    ),
                ),
                ("last_booking_id", models.BigIntegerField(default=0, editable=False)),
                ("blocked_at", models.DateTimeField(blank=True, null=True)),
                ("blocked_reason", models.TextField(blank=True)),
                ("erase_asked_at", models.DateTimeField(blank=True, null=True)),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                ("presses", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="bookings.customer",
                    ),
                ),
            ],
            options={
                "permissions": (
                    ("attend_block", "Can block customers"),
                    ("merge_customer", "Can merge customers"),
                    ("erase_customer", "Can erase customers"),
                ),
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(models.F("email"), "text_pattern_ops"),
                        name="bookings_customer_email",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(models.F("phone"), "text_pattern_ops"),
                        name="bookings_customer_phone",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.search.SearchVector(
                            models.Func("name", function="bookings_folded", output_field=models.TextField()),
                            config="simple",
                        ),
                        fastupdate=False,
                        name="bookings_customer_words",
                    ),
                    models.Index(fields=["-last_booking_id"], name="bookings_customer_last"),
                    models.Index(
                        condition=models.Q(("erase_asked_at__isnull", False), ("forgotten_at__isnull", True)),
                        fields=["erase_asked_at", "id"],
                        name="bookings_customer_to_erase",
                    ),
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", True)),
                        fields=["seen_at", "id"],
                        name="bookings_customer_seen",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=("email",),
                        name="bookings_one_customer_per_address",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("phone", ""), _negated=True),
                        fields=("phone",),
                        name="bookings_one_customer_per_phone",
                    ),
                ],
            },
        ),
    ]
