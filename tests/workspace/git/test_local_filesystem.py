from __future__ import annotations

from pathlib import Path

import pytest

from foreword.workspace.git.local_filesystem import is_local

MOUNTS = """\
22 1 0:21 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:22 / /proc rw - proc proc rw
24 22 0:23 / /home rw shared:3 - nfs4 server:/home rw
25 24 0:24 / /home/ada/fast\\040disk rw - xfs /dev/sdb1 rw
26 22 0:25 / /mnt/shared rw - fuse.sshfs ada@host: rw
27 22 0:26 / /twice rw - nfs4 server:/twice rw
28 22 0:27 / /twice rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("is_so", "folder"),
    [
        (True, "/srv/repo"),
        (True, "/twice/repo"),
        (True, "/home/ada/fast disk/repo"),
        (True, "/homer/repo"),
        (False, "/home/ada/repo"),
        (False, "/home/ada"),
        (False, "/mnt"),
        (False, "/mnt/shared/repo"),
        (False, "/"),
    ],
)
def test_a_folder_is_local_if_all_that_is_mounted_there_is(is_so: bool, folder: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert is_so == is_local(Path(folder), mounts)


def test_where_nobody_knows_what_is_mounted_nothing_is_local(tmp_path: Path) -> None:
    assert not is_local(tmp_path, tmp_path / "nothing")
    (tmp_path / "empty").touch()
    assert not is_local(tmp_path, tmp_path / "empty")
