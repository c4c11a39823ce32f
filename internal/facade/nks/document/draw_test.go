package document_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// pair is a member of a JSON object as text.
type pair struct{ name, text string }

// object is the text of an object, with the members in their order and white space anywhere.
func object(t *rapid.T, pairs []pair) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", " ", "\n\t"}).Draw(t, "space") }
	var made strings.Builder
	made.WriteString("{" + space())
	for i, p := range pairs {
		if i > 0 {
			made.WriteString("," + space())
		}
		made.WriteString(quoted(t, p.name) + space() + ":" + space() + p.text + space())
	}
	return made.String() + "}"
}

// list is the text of an array.
func list(t *rapid.T, items []string) string {
	separator := rapid.SampledFrom([]string{",", ", ", " ,\n"}).Draw(t, "separator")
	return "[" + strings.Join(items, separator) + "]"
}

// quoted is the text of a string, in one of the ways in which JSON can write it.
func quoted(t *rapid.T, text string) string {
	if rapid.IntRange(0, 4).Draw(t, "escaped") > 0 {
		return string(reply.Encode(text))
	}
	var made strings.Builder
	made.WriteByte('"')
	for _, r := range text {
		if r > 0xffff {
			made.WriteRune(r)
			continue
		}
		fmt.Fprintf(&made, `\u%04x`, r)
	}
	return made.String() + `"`
}

// integer is the text of an integer in one of the ways in which clients write it.
func integer(t *rapid.T, least, most int) string {
	number := strconv.Itoa(rapid.IntRange(least, most).Draw(t, "number"))
	return rapid.SampledFrom([]string{number, number, `"` + number + `"`, `"0` + number + `"`}).Draw(t, "form")
}

// boolean is the text of a boolean.
func boolean(t *rapid.T) string {
	return rapid.SampledFrom([]string{"true", "false", `"true"`, `"false"`, `"True"`, `"False"`, `"tRUE"`}).Draw(t, "boolean")
}

// word is an id or a name of the platform's.
func word(t *rapid.T) string {
	return rapid.StringMatching(`[ -9;-~äß가😀]{1,12}`).Draw(t, "word")
}

// words are ids in one text.
func words(t *rapid.T, count int, separator string) string {
	items := make([]string, count)
	for i := range items {
		items[i] = rapid.StringMatching(`[a-z0-9-]{1,8}`).Draw(t, "item")
	}
	return strings.Join(items, separator)
}

// anything is the text of a value that nobody knows.
func anything(t *rapid.T, depth int) string {
	switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); {
	case kind == 0:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "truth")
	case kind == 1:
		return rapid.SampledFrom([]string{"0", "-0", "1", "-17", "1.50", "1e3", "0.1", "12345678901234567890", "9007199254740993", "1E-7"}).Draw(t, "number")
	case kind < 4 || depth == 0:
		return quoted(t, rapid.StringN(0, 12, -1).Draw(t, "text"))
	case kind < 6:
		return someList(t, depth)
	}
	var pairs []pair
	for _, name := range rapid.SliceOfNDistinct(rapid.StringN(0, 5, -1), 0, 3, rapid.ID[string]).Draw(t, "names") {
		pairs = append(pairs, pair{name, anything(t, depth-1)})
	}
	return object(t, pairs)
}

func someList(t *rapid.T, depth int) string {
	items := make([]string, rapid.IntRange(0, 3).Draw(t, "items"))
	for i := range items {
		items[i] = anything(t, depth-1)
	}
	return list(t, items)
}

// maybe adds a member now and then.
func maybe(t *rapid.T, pairs []pair, name string, draw func() string) []pair {
	if !rapid.Bool().Draw(t, "has "+name) {
		return pairs
	}
	return append(pairs, pair{name, draw()})
}

// asText is the text of a list, or the text of a string that holds it, or nothing at all.
func asText(t *rapid.T, array string) string {
	switch rapid.IntRange(0, 4).Draw(t, "as text") {
	case 0:
		return `""`
	case 1, 2:
		return quoted(t, array)
	}
	return array
}

// groups are security groups of subnets.
func groups(t *rapid.T) string {
	items := make([]string, rapid.IntRange(0, 3).Draw(t, "subnets"))
	for i := range items {
		pairs := []pair{{"target_subnet", quoted(t, strconv.Itoa(i)+word(t))}, {"security_group_ids", quoted(t, words(t, rapid.IntRange(1, 3).Draw(t, "groups"), ","))}}
		items[i] = object(t, rapid.Permutation(maybe(t, pairs, "more", func() string { return anything(t, 1) })).Draw(t, "order"))
	}
	return asText(t, list(t, items))
}

// secretText is in every secret, and nowhere else.
const secretText = "hunter2"

// volumes are further disks.
func volumes(t *rapid.T, secrets bool) string {
	items := make([]string, rapid.IntRange(0, 3).Draw(t, "volumes"))
	for i := range items {
		var pairs []pair
		pairs = maybe(t, pairs, "volume_type", func() string { return quoted(t, word(t)) })
		pairs = maybe(t, pairs, "volume_size", func() string { return integer(t, 1, 2048) })
		pairs = maybe(t, pairs, "volume_key_id", func() string { return quoted(t, word(t)) })
		pairs = maybe(t, pairs, "volume_mount_path", func() string { return quoted(t, "/"+word(t)) })
		pairs = maybe(t, pairs, "more", func() string { return anything(t, 1) })
		pairs = maybe(t, pairs, "volume_appkey", func() string {
			if !secrets {
				return `""`
			}
			return rapid.SampledFrom([]string{`""`, `"` + secretText + `1"`, `"\u0068unter2"`, `"` + secretText + `<&"`}).Draw(t, "appkey")
		})
		items[i] = object(t, rapid.Permutation(pairs).Draw(t, "order"))
	}
	return asText(t, list(t, items))
}

// drawn is a body, and the texts of its members and labels.
type drawn struct {
	text    string
	members []pair
	labels  []pair
}

// poolLabels draws the labels that are about node groups.
func poolLabels(t *rapid.T, secrets bool) []pair {
	text := func() string { return quoted(t, word(t)) }
	labels := []pair{
		{"availability_zone", quoted(t, rapid.SampledFrom([]string{"", "kr2-pub-b", "존"}).Draw(t, "zone"))},
		{"boot_volume_type", text()}, {"boot_volume_size", integer(t, 1, 100)}, {"ca_enable", boolean(t)},
	}
	labels = maybe(t, labels, "boot_volume_key_id", text)
	labels = maybe(t, labels, "ca_min_node_count", func() string { return integer(t, 1, 2) })
	labels = maybe(t, labels, "ca_max_node_count", func() string { return integer(t, 3, 10) })
	labels = maybe(t, labels, "ca_scale_down_enable", func() string { return boolean(t) })
	for _, name := range []string{"ca_scale_down_unneeded_time", "ca_scale_down_delay_after_add", "ca_scale_down_util_thresh"} {
		labels = maybe(t, labels, name, func() string {
			return rapid.SampledFrom([]string{integer(t, 1, 100), `""`, "10", "50"}).Draw(t, "minutes")
		})
	}
	if rapid.Bool().Draw(t, "networks") {
		count := rapid.IntRange(1, 3).Draw(t, "networks")
		labels = append(labels, pair{"additional_network_id_list", quoted(t, words(t, count, ":"))}, pair{"additional_subnet_id_list", quoted(t, words(t, count, ":"))})
	}
	labels = maybe(t, labels, "extra_security_groups", func() string { return groups(t) })
	labels = maybe(t, labels, "extra_volumes", func() string { return volumes(t, secrets) })
	for _, name := range []string{"user_script", "user_script_v2", "boot_volume_appkey"} {
		labels = maybe(t, labels, name, func() string {
			if !secrets {
				return `""`
			}
			return rapid.SampledFrom([]string{`""`, `"#!\n` + secretText + `"`, `"\u0068unter2 <&>"`}).Draw(t, "secret")
		})
	}
	return labels
}

// unknown draws members and labels that nobody knows.
func unknown(t *rapid.T, pairs []pair, draw func() string) []pair {
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`(x|addons|textsAsSent|labels/|os_type|é)[a-z]{0,3}`), 0, 3, rapid.ID[string]).Draw(t, "unknown") {
		pairs = append(pairs, pair{name, draw()})
	}
	return pairs
}

// drawCluster draws a body that makes a cluster.
func drawCluster(t *rapid.T, secrets bool) drawn {
	text := func() string { return quoted(t, word(t)) }
	labels := append(poolLabels(t, secrets),
		pair{"node_image", text()}, pair{"kube_tag", `"v1.29.3"`}, pair{"master_lb_floating_ip_enabled", boolean(t)},
		pair{"cert_manager_api", rapid.SampledFrom([]string{"true", `"True"`, `"TRUE"`}).Draw(t, "certificates")})
	labels = maybe(t, labels, "strict_sg_rules", func() string { return boolean(t) })
	labels = maybe(t, labels, "cni_driver", func() string { return rapid.SampledFrom([]string{`""`, `"calico"`, `"calico-ebpf"`}).Draw(t, "cni") })
	labels = maybe(t, labels, "service_cluster_ip_range", func() string {
		return rapid.SampledFrom([]string{`""`, `"10.254.0.0/16"`, `"192.168.77.1/24"`}).Draw(t, "services")
	})
	labels = maybe(t, labels, "pods_network_cidr", func() string {
		return rapid.SampledFrom([]string{`""`, `"10.100.0.0/16"`, `"10.200.3.4/20"`}).Draw(t, "pods")
	})
	labels = maybe(t, labels, "pods_network_subnet", func() string { return integer(t, 22, 28) })
	labels = maybe(t, labels, "ncr_sgw", func() string { return rapid.SampledFrom([]string{`""`, text()}).Draw(t, "gateway") })
	labels = maybe(t, labels, "obs_sgw", text)
	labels = maybe(t, labels, "clusterautoscale", func() string {
		return rapid.SampledFrom([]string{`"nodegroupfeature"`, "true", "[1.0]"}).Draw(t, "autoscaler")
	})
	if rapid.Bool().Draw(t, "external") {
		labels = append(labels, pair{"external_network_id", text()}, pair{"external_subnet_id_list", quoted(t, words(t, 2, ":"))})
	}
	labels = unknown(t, labels, func() string {
		if rapid.Bool().Draw(t, "array") {
			return someList(t, 2)
		}
		return anything(t, 0)
	})
	members := []pair{
		{"name", `"test-k8s"`}, {"cluster_template_id", `"iaas_console"`}, {"keypair", text()}, {"node_count", integer(t, 2, 3)},
		{"flavor_id", text()}, {"fixed_network", text()}, {"fixed_subnet", text()},
	}
	members = maybe(t, members, "create_timeout", func() string { return rapid.SampledFrom([]string{"null", integer(t, 0, 90)}).Draw(t, "timeout") })
	members = unknown(t, members, func() string { return anything(t, 2) })
	return compose(t, members, labels)
}

// drawGroup draws a body that makes a node group.
func drawGroup(t *rapid.T, secrets bool) drawn {
	labels := poolLabels(t, secrets)
	labels = unknown(t, labels, func() string { return anything(t, 0) })
	members := []pair{{"name", `"added-nodegroup"`}, {"flavor_id", quoted(t, word(t))}, {"image_id", `"image"`}, {"node_count", integer(t, 2, 3)}}
	return compose(t, unknown(t, members, func() string { return anything(t, 2) }), labels)
}

func compose(t *rapid.T, members, labels []pair) drawn {
	all := append(members[:len(members):len(members)], pair{"labels", object(t, rapid.Permutation(labels).Draw(t, "order of labels"))})
	return drawn{text: object(t, rapid.Permutation(all).Draw(t, "order of members")), members: members, labels: labels}
}

// compact is a JSON text without white space.
func compact(text string) string {
	var buffer bytes.Buffer
	must(json.Compact(&buffer, []byte(text)))
	return buffer.String()
}

// decoded is the string that a JSON text stands for.
func decoded(text string) string {
	var made string
	must(json.Unmarshal([]byte(text), &made))
	return made
}
