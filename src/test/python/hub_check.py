"""Holds our cache of models and data sets against huggingface_hub's, both ways, without network.

    python src/test/python/hub_check.py read CACHE      # is what Java wrote what huggingface_hub expects?
    python src/test/python/hub_check.py write CACHE     # downloads as Python does, for Java to find

Both speak of model owner/name and data set owner/data. "write" takes them from the server that HF_ENDPOINT names.
Prints what it found; exit code 1 if anything is missing.
"""

import os
import sys

os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ["HF_HUB_DISABLE_XET"] = "1"
import huggingface_hub as hub  # noqa: E402: it reads its settings when it is imported

MODEL = ["config.json", "model.safetensors", "tokenizer.json"]
DATA = ["data/train-0.parquet"]


def read(cache):
    snapshot = hub.snapshot_download("owner/name", cache_dir=cache, local_files_only=True)
    for name in MODEL:
        found = hub.try_to_load_from_cache("owner/name", name, cache_dir=cache)
        assert found == os.path.join(snapshot, name), (name, found)
    data = hub.snapshot_download("owner/data", repo_type="dataset", cache_dir=cache, local_files_only=True,
                                 allow_patterns=["data/*"])
    assert all(os.path.isfile(os.path.join(data, name)) for name in DATA), data
    info = hub.scan_cache_dir(cache)
    assert not info.warnings, info.warnings
    assert {repo.repo_id for repo in info.repos} == {"owner/name", "owner/data"}, info.repos
    for repo in info.repos:
        [revision] = repo.revisions
        assert revision.refs == {"main"}, revision
        print(repo.repo_type, repo.repo_id, revision.commit_hash, repo.nb_files, "files,", repo.size_on_disk, "bytes")


def write(cache):
    for name in MODEL:
        print(hub.hf_hub_download("owner/name", name, cache_dir=cache))
    for name in DATA:
        print(hub.hf_hub_download("owner/data", name, repo_type="dataset", cache_dir=cache))


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](sys.argv[2])
