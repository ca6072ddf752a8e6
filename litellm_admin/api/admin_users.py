"""Users who may manage the proxy, as owners of admin keys."""

from typing import Final

from litellm_admin.api.errors import AdminError
from litellm_admin.api.transport import Transport

ADMIN_ROLE: Final = "proxy_admin"


class AdminUserApi:
    """Make and delete admin users, who exist only to own an admin key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def ensure(self, user_id: str) -> None:
        """See that the user is there and an admin, without a key that nobody asked for."""
        subject = f"admin user {user_id!r}"
        body = {"user_id": user_id, "user_role": ADMIN_ROLE, "auto_create_key": False}
        try:
            self._transport.call("POST", "/user/new", operation="create", subject=subject, body=body, repeatable=True)
        except AdminError as error:
            if error.status != 409 and not error.ambiguous:
                raise
            failure = error
        else:
            return
        if self._role(user_id, subject) is None:
            raise failure
        if self._role(user_id, subject) != ADMIN_ROLE:
            role = {"user_id": user_id, "user_role": ADMIN_ROLE}
            self._transport.call(
                "POST", "/user/update", operation="update", subject=subject, body=role, repeatable=True
            )

    def delete(self, user_id: str) -> None:
        """Delete the user with all their keys; one who is not there is deleted already."""
        subject = f"admin user {user_id!r}"
        body = {"user_ids": [user_id]}
        try:
            self._transport.call(
                "POST", "/user/delete", operation="delete", subject=subject, body=body, repeatable=True
            )
        except AdminError as error:
            if error.status != 404:
                raise

    def _role(self, user_id: str, subject: str) -> str | None:
        try:
            answer = self._transport.call(
                "GET", "/user/info", operation="read", subject=subject, query={"user_id": user_id}
            )
        except AdminError as error:
            if error.status == 404:
                return None
            raise
        return str(answer["user_info"].get("user_role"))
