"""What an error says is kept; what it repeats of a person is not."""

import pytest
from django.db import Error, connection

from operations.errors import Refusal, in_words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT 'Bob'::int", "DataError: InvalidTextRepresentation"),
        ("SELECT bob", 'ProgrammingError: column "bob" does not exist'),
        (
            "INSERT INTO auth_user (username) VALUES ('Bob')",
            'IntegrityError: null value in column "password" of relation "auth_user"'
            " violates not-null constraint",
        ),
    ],
)
def test_of_the_databases_errors_only_what_quotes_no_value(statement, said):
    with pytest.raises(Error) as refused, connection.cursor() as cursor:
        cursor.execute(statement)

    assert in_words(refused.value) == said


def test_other_errors_with_all_that_they_say():
    assert in_words(ValueError("no rule for it")) == "ValueError: no rule for it"
    assert in_words(Refusal("Nothing is free.")) == "Refusal: Nothing is free."
