for version in "$DEFAULT_BRANCH" $(git tag --list "v*" --sort=version:refname); do
  commit="$version"
  if test "$version" = "$DEFAULT_BRANCH"; then commit="origin/$version"; fi
  source="_build/versions/$version"
  git worktree add --force --detach "$source" "$commit"
  test -f "$source/@site@/conf.py" || continue
  python -m venv --clear _build/versions/.venv
  _build/versions/.venv/bin/python -m pip install -r "$source/@site@/requirements.txt"
  _build/versions/.venv/bin/sphinx-build -D "html_baseurl=$BASE_URL/$version/" \
    "$source/@site@" "_build/site/$version"
  newest="$version"
done
# The start of the site leads to the newest version.
echo "<meta http-equiv='refresh' content='0; url=$newest/'>" > _build/site/index.html
