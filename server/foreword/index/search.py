"""Finding the code that a question is about: deterministic, local, no model call.

Two stages. First every file is scored from its stored words (`candidates`), within this tree only. Then the best
files are read, cut into passages and scored exactly (`rescoring`); the best passages become excerpts.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from types import MappingProxyType

from foreword.core.excerpt import Excerpt
from foreword.index.candidates import candidates
from foreword.index.excerpts import choose
from foreword.index.index import Index
from foreword.index.query import parse_query
from foreword.index.rescoring import Matcher, Scored, rescore

ReadText = Callable[[str], str | None]
"""The text of a path as it is now, or None."""

N_FILES_READ = 80
FILE_SHARE = 1.0


def search(
    index: Index,
    query: str,
    read_text: ReadText,
    *,
    limit: int = 10,
    budget_tokens: int | None = None,
    boosts: Mapping[str, float] = MappingProxyType({}),
    shown: Container[str] = (),
) -> list[Excerpt]:
    """The excerpts that answer `query`, best first: at most `limit`, of at most `budget_tokens` in all.

    `boosts` multiplies the scores of files by path (open or recent files, rank; 1.0 is neutral); files in `shown`
    are passed over, since the reader has them in full.
    """
    asked = parse_query(query)
    found = candidates(index, asked, N_FILES_READ, boosts)
    matcher = Matcher(found.worth)
    scored: list[Scored] = []
    for file in found.files:
        text = None if file.path in shown else read_text(file.path)
        if text is not None:
            scored += refile(rescore(file, index.outline(file.path), text, matcher, FILE_SHARE))
    if PRF:
        import numpy as np
        from collections import Counter
        from dataclasses import replace
        from foreword.index.terms import terms as terms_in, term_hash, words, whole, parts
        top=[]; seen={}
        for one in sorted(scored, key=lambda one: (-round(one.score, 6), one.path, one.passage.start)):
            if seen.get(one.path,0)>=PRF_PER: continue
            seen[one.path]=seen.get(one.path,0)+1
            top.append(one)
            if len(top)>=PRF_N: break
        acc=Counter()
        for one in top:
            c=Counter()
            for w in words(one.text):
                ps=parts(w)
                if PRF_WHOLE and len(ps)>1: c[whole(w)]+=1
                elif not PRF_WHOLE: c.update(ps)
            n=sum(c.values()) or 1
            for t,k in c.items(): acc[t]+= one.score * k/(k+1.2)
        cands=[t for t,_ in acc.most_common(150) if t not in asked.terms]
        if cands:
            _,which,_c=index.terms.find([term_hash(t) for t in cands])
            df=np.bincount(which,minlength=len(cands)); N=len(index.terms)
            idf=np.log1p((N-df+.5)/(df+.5))
            val={t:acc[t]*float(i) for t,i,d in zip(cands,idf,df) if d>=2}
            ex=sorted(val,key=lambda t:(-val[t],t))[:PRF_TERMS]
            mx=max(val.values(),default=1)
            asked=replace(asked,terms={**asked.terms,**{t:PRF_W*val[t]/mx for t in ex}})
            found = candidates(index, asked, N_FILES_READ, boosts)
            matcher = Matcher(found.worth)
            scored=[]
            for file in found.files:
                text = None if file.path in shown else read_text(file.path)
                if text is not None:
                    scored += refile(rescore(file, index.outline(file.path), text, matcher, FILE_SHARE))
    return choose(scored, limit=limit, budget_tokens=budget_tokens)


def refile(scored):
    if not SECOND: return scored
    from dataclasses import replace
    top=sorted((o.score for o in scored),reverse=True)[:4]
    add=sum(SECOND*0.6**i*(t-0) for i,t in enumerate(top[1:])) + SECOND0*(top[0] if top else 0)
    return [replace(o,score=o.score+add) for o in scored]
PRF=False; PRF_PER=2; PRF_N=8; PRF_WHOLE=False; PRF_TERMS=12; PRF_W=0.3; SECOND=0.0; SECOND0=0.0
