"""What schemathesis must know beside the description: how a tag may be called, what never shows."""

import os
import string

import schemathesis
from hypothesis import strategies as st

LETTERS = string.ascii_letters + string.digits + "星空夜桜ねこネコéß★"
SECRETS = os.environ["HOSHIZORA_FUZZING_SECRETS"].split(os.pathsep)

schemathesis.openapi.format(
    "tag-name",
    st.builds(
        str.__add__,
        st.sampled_from(LETTERS),
        st.text(LETTERS + " -'\"`*_#@<>&/\\", max_size=49),
    ),
)


@schemathesis.check
def tells_nothing_of_its_inside(_context, response, _case) -> None:
    """No answer holds a stack trace, a directory of the machine, or the token."""
    for secret in ("Traceback", *SECRETS):
        assert secret.encode() not in response.content, f"the answer holds {secret!r}"
