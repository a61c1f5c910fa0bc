"""What Discord answers when it refuses: an HTTP status and a code of its own."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class ApiError(Exception):
    """An answer that is a refusal.

    Attributes:
        code: Discord's own code, what clients decide by.
        errors: By field, for code 50035.
    """

    status: int
    code: int
    message: str
    errors: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            answer["errors"] = self.errors
        return answer


UNAUTHORISED = ApiError(401, 0, "401: Unauthorized")
NOT_FOUND = ApiError(404, 0, "404: Not Found")
UNKNOWN_CHANNEL = ApiError(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = ApiError(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = ApiError(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = ApiError(404, 10008, "Unknown Message")
UNKNOWN_ROLE = ApiError(404, 10011, "Unknown Role")
UNKNOWN_USER = ApiError(404, 10013, "Unknown User")
UNKNOWN_EMOJI = ApiError(400, 10014, "Unknown Emoji")
UNKNOWN_WEBHOOK = ApiError(404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = ApiError(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND = ApiError(404, 10063, "Unknown application command")
TOO_LARGE = ApiError(413, 40005, "Request entity too large")
ALREADY_ACKNOWLEDGED = ApiError(400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS = ApiError(403, 50001, "Missing Access")
NOT_IN_DIRECT_MESSAGES = ApiError(403, 50003, "Cannot execute action on a DM channel")
ANOTHERS_MESSAGE = ApiError(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = ApiError(400, 50006, "Cannot send an empty message")
CLOSED_TO_MESSAGES = ApiError(403, 50007, "Cannot send messages to this user")
NO_TEXT_HERE = ApiError(400, 50008, "Cannot send messages in a non-text channel")
MISSING_PERMISSIONS = ApiError(403, 50013, "Missing Permissions")
TWO_TO_A_HUNDRED = ApiError(
    400, 50016, "You can only bulk delete messages that are between 2 and 100."
)
INVALID_TOKEN = ApiError(401, 50027, "Invalid Webhook Token")
TOO_OLD_FOR_BULK = ApiError(
    400, 50034, "You can only bulk delete messages that are under 14 days old."
)
ARCHIVED_THREAD = ApiError(400, 50083, "Thread is archived")
CANNOT_REPLY = ApiError(403, 160002, "Cannot reply without permission to read message history")


def invalid_form(path: str, code: str, message: str) -> ApiError:
    """Code 50035 with the one field that is wrong, in Discord's nested shape."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        errors = {part: errors}
    return ApiError(400, 50035, "Invalid Form Body", errors)
