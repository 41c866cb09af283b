# SPDX-License-Identifier: GPL-3.0-or-later
# Reads rows "KIND NAME FIGURE" for table.awk and picture.awk: the servers in the order of
# their first row are names[1..servers], and median(KIND, NAME) is "" for none.

function median(kind, name,    key, n, i, k, v, list) {
	key = kind SUBSEP name
	n = count[key]
	if (n == 0)
		return ""
	for (i = 1; i <= n; i++) {
		v = figures[key, i]
		for (k = i - 1; k > 0 && list[k] > v; k--)
			list[k + 1] = list[k]
		list[k + 1] = v
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function label(name) {
	return name == "gnutls" ? "gnutls-serv" : name
}

{
	if (!($2 in known)) {
		known[$2] = 1
		names[++servers] = $2
	}
	figures[$1, $2, ++count[$1, $2]] = $3 + 0
}
