"""What else a word of a question can be called in code: its other forms, and words that mean the same.

Code says `dir`, `handler` and `write` where people say folder, handles and written. A word stands for the others at a share: what
has the word itself is still better. All are compared by stems, as the words of a question are.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from types import MappingProxyType

from foreword.index.text.terms import parts

FORM_SHARE = 0.7
"""Of a mention of the word itself, for one of another form of it."""
SYNONYM_SHARE = 0.35
"""The same for one of a word that means the same."""
LEAST_LETTERS = 3
AGENT_LETTERS = 6
"""A stem with fewer doubles its last letter before `er` ("runner"), one with as many may be an agent itself ("parser")."""
ABSTRACT_LETTERS = 5

_VERBS = """
begin began begun
bind bound
bring brought
break broke broken
build built
catch caught
choose chose chosen
deal dealt
draw drew drawn
drive drove driven
fall fell fallen
feed fed
find found
forget forgot forgotten
freeze froze frozen
give gave given
grow grew grown
hang hung
hide hid hidden
hold held
keep kept
know known
lead led
leave left
lose lost
mean meant
pay paid
run ran
send sent
show shown
shrink shrank shrunk
sleep slept
speak spoke spoken
spend spent
stand stood
stick stuck
take took taken
tear torn
tell told
throw threw thrown
understand understood
wake woke woken
write wrote written
"""
"""Verbs whose past is no `-ed`: the form that code is written in, and the others."""

_GROUPS = """
address url uri addr
again retry repeat
allocate alloc
ancestor parent above upper
append add insert put push
application app
argument arg parameter param
ask prompt confirm question
asynchronous async
attribute attr
authenticate authentication authorization authorize auth login credential
base root
begin start launch open
beginning start head first prefix
big large huge
bind attach connect
blank empty nil null none
block wait sleep delay
buffer buf
calculate compute calc
cancel abort
capital upper uppercase
certificate cert
character char rune
charset encoding
check validate verify
choose select pick decide
circle circular cycle loop recursion
close shutdown dispose release
color colour rgb
column col
combine join merge concat
command cmd
compare equal match diff
compress gzip deflate zip
configuration config cfg conf setting option preference
connection conn socket
context ctx
convert transform parse
copy clone duplicate
create make build new
cut truncate trim strip crop
database db
decompress uncompress unpack extract inflate gunzip
delete remove erase drop unlink
describe explain doc help
deserialize decode unmarshal
destination dest dst target
differ different mismatch
directory folder dir
disable off
disk filesystem fs
display screen show print render
document doc
double twice duplicate repeat
download fetch
empty clear reset
enable on
end tail last suffix
environment env
error exception failure fail err
execute exec run
expire expiry stale ttl fresh
expression expr
find look locate search lookup detect discover
folder path
forward proxy relay upstream
function func fn
generate gen
glob wildcard pattern
guess infer detect
hide hidden invisible
hint suggestion
hold keep retain
host domain hostname site
identifier id name
ignore skip exclude omit
image img picture
initialize init setup
iterator iter
keep store cache persist
keyboard key
kill stop terminate abort
language lang locale
length len size
library lib
limit max cap
line row
list enumerate walk
lock mutex
login username user
maximum max
memory mem
message msg
message text notice
minimum min
most max
nested recursive deep
network net
notice detect
number num count
object obj
old stale outdated obsolete
once single
package pkg
parse read decode
password secret
permission access
permit allow accept
pointer ptr
position pos offset
previous prev
quit exit
quote escape
random rand
read load
redirect follow location
reference ref
refuse reject deny forbid
regex regexp pattern
replace substitute swap
repository repo
request req
response reply answer resp
retry attempt
return ret
rule policy
same equal identical
second time duration timeout
send write emit
separate split divide
serialize encode marshal dump
shape format
shorten truncate abbreviate
sort order
source src
space blank whitespace
specification spec
statement stmt
string str text
synchronize sync
tell report
temporary temp tmp
terminal tty term console
thread worker
typo misspell similar distance
undo revert rollback restore
unique distinct dedupe
utility util helper
variable var
visitor client
warning warn
window win
write save store
"""
"""Words that mean the same to those who write code and to those who ask about it."""


def others_of(term: str, share: float, terms: Container[str]) -> dict[str, float]:
    """What else `term` can be called, without what is among `terms`: stems, with what a mention of each is worth.

    Synonyms count for `share` of what they usually do.
    """
    base = _BASE_OF.get(term, term)
    found = {other: SYNONYM_SHARE * share for one in (term, base) for other in _SYNONYMS.get(one, ())}
    found |= dict.fromkeys((form for one in dict.fromkeys((term, base)) for form in _forms(one)), FORM_SHARE)
    if base != term:
        found[base] = FORM_SHARE
    return {other: worth for other, worth in found.items() if other not in terms}


def _forms(stem: str) -> Iterator[str]:
    """Stems of other forms, some of which may be no words: those that do, and abstracts of what is done."""
    if len(stem) < LEAST_LETTERS or not (stem.isascii() and stem.isalpha()):
        return
    yield from (f"{stem}er", f"{stem}or")
    if len(stem) < AGENT_LETTERS and stem[-1] not in "aeiouy":
        yield f"{stem}{stem[-1]}er"
    if len(stem) >= AGENT_LETTERS and stem.endswith(("er", "or")):
        yield stem[:-2]
        if stem[-3] == stem[-4]:
            yield stem[:-3]
    if stem.endswith("i"):
        # Of "retried" the stem is "retri".
        yield f"{stem[:-1]}y"
    # "validation" and "validate" have two stems.
    if stem.endswith("at") and len(stem) > ABSTRACT_LETTERS + 1:
        yield stem[:-2]
    elif len(stem) >= ABSTRACT_LETTERS:
        yield f"{stem}at"
    if stem.endswith("ment") and len(stem) > ABSTRACT_LETTERS + 2:
        yield stem.removesuffix("ment").removesuffix("e")


def _stems(line: str) -> list[str]:
    return [part for word in line.split() for part in parts(word)]


def _bases() -> Mapping[str, str]:
    """For each stem of a past the stem that code is written in."""
    lines = filter(None, map(_stems, _VERBS.split("\n")))
    return MappingProxyType({past: base for base, *pasts in lines for past in pasts if past != base})


def _others() -> Mapping[str, tuple[str, ...]]:
    """For each stem the others of its groups."""
    found: dict[str, dict[str, None]] = {}
    for line in _GROUPS.split("\n"):
        stems = _stems(line)
        for stem in stems:
            found.setdefault(stem, {}).update(dict.fromkeys(other for other in stems if other != stem))
    return MappingProxyType({stem: tuple(others) for stem, others in found.items()})


_BASE_OF = _bases()
_SYNONYMS = _others()
