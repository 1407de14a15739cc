"""The films as pages: a static site, what a blog pastes, and a small server to look at both.

    films.py    which films are rendered, as their manifests say and sign it
    site.py     an index and a page per film, under renders/site/: pages.py has their words, settings.py whose they are,
                sharing.py what others make of them
    embed.py    a figure for a post, as HTML, Markdown or a Hexo tag
    serve.py    the site on 127.0.0.1, in ranges, as players ask for it
"""
