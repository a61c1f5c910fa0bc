"""What teaching refuses."""

from bot.errors import TeachingFailedError
from bot.replies import error_text
from bot.teaching.errors import NAME_TAKEN, TeachingError


def test_a_refusal_is_told_in_both_languages_with_its_particulars():
    error = TeachingError("tag_exists", NAME_TAKEN, name="Grape", other="grape")
    told = error_text(error)
    assert told.code == "tag_exists"
    assert "“Grape” already means a tag here: grape" in told.message == str(error)
    assert "「Grape」" in told.message_ja == error.message("ja")


def test_a_process_that_cannot_do_what_it_was_asked_is_told_as_such():
    told = error_text(TeachingFailedError("The model /srv/bot/tags.bin is damaged."))
    assert (told.code, told.message) == ("teaching_failed", "The model …/tags.bin is damaged.")
    assert told.message_ja
