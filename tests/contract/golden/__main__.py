"""Write the golden bytes of every event that has none yet."""

from tests.contract.golden.files import missing, path_of
from tests.contract.published import descriptor_of
from tests.contract.sample import sample

if __name__ == "__main__":
    for event in missing():
        path_of(event).write_bytes(sample(descriptor_of(event)).SerializeToString())
