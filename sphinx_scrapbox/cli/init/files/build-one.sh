python -m pip install -r "@site@/requirements.txt"
sphinx-build -D "html_baseurl=${BASE_URL:+$BASE_URL/}" "@site@" _build/site
