"""A chain's own system, in thirty lines: register the chain, open a clinic, watch what happened.

Run it against `make up`:  .venv/bin/python docs/example.py ADDRESS TOKEN
"""

import sys
from uuid import uuid4

import grpc

from mesoflow.common.v1.feed_pb2 import WatchRequest
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from mesoflow.consult.v1.service_pb2 import OpenClinicRequest, RegisterChainRequest
from mesoflow.consult.v1.service_pb2_grpc import DirectoryServiceStub

CALL_SECONDS = 5


def main(address: str, token: str) -> None:
    """Call consult at `address` with `token`."""
    credentials = (("authorization", f"Bearer {token}"),)
    with grpc.insecure_channel(address) as channel:
        directory = DirectoryServiceStub(channel)
        # Keep the request id and send it again after a timeout: it is done once, whatever happens.
        chain = RegisterChainRequest(
            request_id=str(uuid4()), short_name="example", jurisdiction_code="GB"
        )
        try:
            directory.RegisterChain(chain, timeout=CALL_SECONDS, metadata=credentials)
        except grpc.RpcError as refused:
            print("refused:", refused.details())
        clinic = OpenClinicRequest(
            request_id=str(uuid4()),
            clinic_code=f"C{uuid4().hex[:8]}",
            time_zone="Europe/London",
            jurisdiction_code="GB",
            legal_entity_code="LE-1",
        )
        opened = directory.OpenClinic(clinic, timeout=CALL_SECONDS, metadata=credentials)
        print("clinic", opened.clinic_id, "etag", opened.etag)
        watch = FeedServiceStub(channel).Watch(WatchRequest(), metadata=credentials)
        for item in watch:
            if item.HasField("caught_up"):
                print("caught up; resume later with", item.resume_token)
                watch.cancel()
                break
            print(item.event.type, "version", item.event.version)


if __name__ == "__main__":
    main(*sys.argv[1:])
