"""Staff find people by the beginnings of their names; the indexes are built while bookings go on."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models.functions import Lower

from bookings.name_words import FOLDED

WORDS = SearchVector(
    models.Func("name", function="bookings_folded", output_field=models.TextField()), config="simple"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", "0014_find_whose_time_is_over")]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION bookings_folded(text)"),
        AddIndexConcurrently("booking", GinIndex(WORDS, fastupdate=False, name="bookings_name_words")),
        AddIndexConcurrently("enquiry", GinIndex(WORDS, fastupdate=False, name="bookings_enquiry_words")),
        AddIndexConcurrently(
            "enquiry",
            models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="bookings_enquiry_email"),
        ),
        AddIndexConcurrently(
            "enquiry",
            models.Index(OpClass(models.F("phone"), "text_pattern_ops"), name="bookings_enquiry_phone"),
        ),
    ]
