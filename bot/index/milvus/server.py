"""A Milvus server: the connection to it, and the collections there. The one file with pymilvus."""

import logging
import os
import re
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from bot.errors import StartError, UnavailableError

AWAY = "What is similar cannot be looked up at the moment. Try again in a minute."
CONNECT_SECONDS = ANSWER_SECONDS = 5.0
WRITE_SECONDS = 10.0  # Whoever posts may wait for one.
WORK_SECONDS = 120.0  # Nobody does: reading a large collection into memory.
# A graph's neighbours for each item, and how many it looks at when one is added: more are more
# exact and slower.
LINKS, LOOKED_AT_ADDING = 16, 200
# Milvus's numbers for what asking again does not change: no room (memory, disk, quotas), no such
# call, too many collections, another schema, no such database, what it does not take, no leave.
_REFUSALS = {3, 7, 9, 10, 102, 105, 109, 250, 800, 801, 802, 1100, 1101, 1102, 1400, 1401}
# The same in the words of the network.
_REFUSED_CALLS = {
    "INVALID_ARGUMENT",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNIMPLEMENTED",
}
_PREFIX = "hoshizora"
_NO_LETTER_OR_DIGIT = re.compile(r"[^A-Za-z0-9]")


class RefusedError(UnavailableError):
    """The server is there, and does not do what it was asked; its operator has to see to that.

    Attributes:
        kind: What it calls the reason.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(AWAY)
        self.kind = kind


def collection_prefix(owner: str) -> str:
    """What the names of one catalogue's collections begin with."""
    return f"{_PREFIX}_{owner}_"


def collection_name(owner: str, encoder_id: str) -> str:
    """The collection of an encoder, in letters, digits and underscores; no two share one."""
    spelt = _NO_LETTER_OR_DIGIT.sub(lambda found: f"_{ord(found[0]):x}_", encoder_id)
    return collection_prefix(owner) + spelt


def check_driver() -> None:
    """Load pymilvus.

    Raises:
        StartError: If it is not installed.
    """
    # It would read a file .env of whatever directory it finds one in.
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        import pymilvus  # noqa: F401 - a second of work that only those have who use it
    except ImportError as error:
        raise StartError(
            f"bot.index.milvus needs a package that is not installed ({error}). Install it into "
            "the bot's environment: pip install 'hoshizora[milvus]'."
        ) from error
    # It shows a stack trace for whatever is the network; its callers say it in words.
    for name in ("pymilvus", "pymilvus.milvus_client"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class MilvusServer:
    """The connection to a server, made when it is first needed and again when it was lost."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self._token = token
        self._client: Any = None
        self._connecting = threading.Lock()

    @contextmanager
    def asked(self) -> Iterator[Any]:
        """Its client.

        Raises:
            RefusedError: If it is there, and asking it again would change nothing.
            UnavailableError: If it cannot be reached, or cannot do what it is asked now.
        """
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield self._connected()
        except (MilvusException, grpc.RpcError) as error:
            kind = _refusal(error)
            raise (UnavailableError(AWAY) if kind is None else RefusedError(kind)) from error

    def drop_others(self, owner: str, keep: Collection[str]) -> list[str]:
        """Delete a catalogue's collections of other encoders than some.

        Returns:
            The names of those that are gone.
        """
        wanted = {collection_name(owner, encoder_id) for encoder_id in keep}
        with self.asked() as client:
            found = client.list_collections(timeout=ANSWER_SECONDS)
            own = [name for name in found if name.startswith(collection_prefix(owner))]
            gone = sorted(set(own) - wanted)
            for name in gone:
                client.drop_collection(name, timeout=WORK_SECONDS)
        return gone

    @staticmethod
    def prepare(client: Any, name: str, width: int) -> None:  # noqa: ANN401 - it has no types
        """Have a collection of a width ready to be asked; it is made where there is none."""
        from pymilvus import DataType
        from pymilvus.exceptions import MilvusException

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        # Nobody searches in several guilds: each lies in one part of the collection.
        schema.add_field("guild_id", DataType.INT64, is_partition_key=True)
        schema.add_field("channel_id", DataType.INT64)
        schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=width)
        graph = client.prepare_index_params()
        graph.add_index(
            "embedding",
            index_type="HNSW",
            metric_type="L2",
            params={"M": LINKS, "efConstruction": LOOKED_AT_ADDING},
        )
        if not client.has_collection(name, timeout=CONNECT_SECONDS):
            try:
                client.create_collection(
                    name,
                    schema=schema,
                    index_params=graph,
                    consistency_level="Session",
                    timeout=WORK_SECONDS,
                )
            except MilvusException:  # Another process may have been faster.
                if not client.has_collection(name, timeout=CONNECT_SECONDS):
                    raise
        client.load_collection(name, timeout=WORK_SECONDS)

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Any:  # noqa: ANN401 - the library has no types
        with self._connecting:
            if self._client is None:
                from pymilvus import MilvusClient

                self._client = MilvusClient(self.url, token=self._token, timeout=CONNECT_SECONDS)
            return self._client


def _refusal(error: BaseException) -> str | None:
    """Why a server has refused a call; None: it is away, or cannot answer it now.

    What has become of it under way hides what it was: the whole chain is looked at.
    """
    import grpc
    from pymilvus.exceptions import MilvusException, ParamError

    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        if isinstance(found, grpc.RpcError):
            name = str(found.code().name)
            if name in _REFUSED_CALLS:
                return name
        if isinstance(found, MilvusException) and found.code in _REFUSALS:
            return str(found.code)
        if isinstance(found, ParamError):
            return "ParamError"
        seen.append(found)
        found = found.__cause__
    return None
