"""Words that mean the same to those who write code and to those who ask about it: code says `dir`, people say folder.

Each group is compared by stems, as all words of a question are. A word stands for the others of its groups at a share
of its weight: what has the word itself is still better.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from foreword.index.text.terms import parts

SHARE = 0.35
"""Of the weight of a word, for each other word of its group."""

_GROUPS = """
address url uri addr
allocate alloc
application app
argument arg parameter param
asynchronous async
attribute attr
authenticate authentication authorization authorize auth login credential
buffer buf
calculate compute calc
cancel abort
capital upper uppercase
certificate cert
character char rune
charset encoding
check validate verify
command cmd
compress gzip deflate zip
configuration config cfg conf setting option preference
connection conn socket
context ctx
convert transform parse
copy clone duplicate
create make build new
database db
delete remove erase drop unlink
destination dest dst target
directory folder dir
document doc
download fetch
environment env
error exception failure fail err
execute exec run
expression expr
expire expiry stale ttl fresh
function func fn
generate gen
hint suggestion
image img picture
initialize init setup
iterator iter
keyboard key
language lang locale
length len size
library lib
list enumerate walk
maximum max
message msg
minimum min
number num count
object obj
package pkg
password secret
permission access
pointer ptr
position pos offset
previous prev
quit exit
quote escape
random rand
reference ref
repository repo
request req
response reply answer resp
retry attempt
return ret
sort order
source src
specification spec
statement stmt
string str text
synchronize sync
temporary temp tmp
thread worker
typo misspell similar distance
utility util helper
variable var
warning warn
window win
write save store
"""


def _others() -> Mapping[str, tuple[str, ...]]:
    """For each stem the others of its groups."""
    found: dict[str, dict[str, None]] = {}
    for line in _GROUPS.split("\n"):
        stems = [part for word in line.split() for part in parts(word)]
        for stem in stems:
            found.setdefault(stem, {}).update(dict.fromkeys(other for other in stems if other != stem))
    return MappingProxyType({stem: tuple(others) for stem, others in found.items()})


SYNONYMS = _others()
"""By stem."""
