//! The Kubernetes manifests: well-formed, complete, and in agreement with each
//! other, with the image and with the program.

use nnvisu_tests::deploy;
use serde_json::Value;

use super::{assert_serves, container};

/// All documents of a file; duplicate keys and other slips of YAML fail.
fn documents(name: &str) -> Vec<Value> {
    let text = deploy::text(&format!("kubernetes/{name}"));
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn all() -> Vec<Value> {
    let names = ["nnvisu.yaml", "ingress.yaml", "gateway.yaml"];
    names.into_iter().flat_map(documents).collect()
}

/// The one object of a kind.
fn the(kind: &str) -> Value {
    let mut found: Vec<_> = all().into_iter().filter(|o| o["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "objects of the kind {kind}");
    found.remove(0)
}

/// What is at a JSON pointer, which has to be there.
fn at<'a>(object: &'a Value, pointer: &str) -> &'a Value {
    object
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer} in {object:#}"))
}

fn container() -> Value {
    at(&the("Deployment"), "/spec/template/spec/containers/0").clone()
}

#[test]
fn every_manifest_is_tested() {
    let directory = std::fs::read_dir(deploy::path("kubernetes")).expect("a directory");
    assert_eq!(
        directory.count(),
        3,
        "add the new file to `all` in this test"
    );
}

#[test]
fn every_object_says_what_it_is() {
    const KINDS: [(&str, &str); 6] = [
        ("apps/v1", "Deployment"),
        ("v1", "Service"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("networking.k8s.io/v1", "Ingress"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ];
    let objects = all();
    assert_eq!(objects.len(), KINDS.len());
    for object in &objects {
        let text = |pointer| at(object, pointer).as_str().expect("a text");
        let kind = (text("/apiVersion"), text("/kind"));
        assert!(KINDS.contains(&kind), "{kind:?}");
        assert_eq!(text("/metadata/name"), "nnvisu");
        assert!(at(object, "/spec").is_object());
        let fields: Vec<_> = object.as_object().expect("an object").keys().collect();
        assert_eq!(fields.len(), 4, "{fields:?}");
    }
}

#[test]
fn the_selectors_select_the_pods() {
    let labels = at(&the("Deployment"), "/spec/template/metadata/labels").clone();
    for (kind, selector) in [
        ("Deployment", "/spec/selector/matchLabels"),
        ("Service", "/spec/selector"),
        ("PodDisruptionBudget", "/spec/selector/matchLabels"),
    ] {
        assert_eq!(at(&the(kind), selector), &labels, "{kind}");
    }
    let scaled = the("HorizontalPodAutoscaler");
    let target = at(&scaled, "/spec/scaleTargetRef");
    let deployment = the("Deployment");
    assert_eq!(target["kind"], deployment["kind"]);
    assert_eq!(target["apiVersion"], deployment["apiVersion"]);
    assert_eq!(target["name"], deployment["metadata"]["name"]);
    let replicas = at(&deployment, "/spec/replicas").as_u64();
    assert!(replicas > Some(1), "{replicas:?}");
    assert_eq!(at(&scaled, "/spec/minReplicas").as_u64(), replicas);
}

#[test]
fn the_way_from_outside_leads_to_the_port_of_the_image() {
    let ports = &container()["ports"];
    assert_eq!(ports.as_array().map(Vec::len), Some(1));
    assert_eq!(
        ports[0]["containerPort"].to_string(),
        container::last("EXPOSE")
    );
    let service = the("Service");
    let port = at(&service, "/spec/ports/0");
    assert_eq!(port["targetPort"], ports[0]["name"]);
    assert_eq!(at(&service, "/spec/sessionAffinity"), "None");

    let ingress = the("Ingress");
    let backend = at(&ingress, "/spec/rules/0/http/paths/0/backend/service");
    assert_eq!(backend["name"], service["metadata"]["name"]);
    assert_eq!(backend["port"]["name"], port["name"]);
    assert_eq!(
        at(&ingress, "/spec/tls/0/hosts/0"),
        at(&ingress, "/spec/rules/0/host")
    );
    let annotations = at(&ingress, "/metadata/annotations");
    for (name, value) in annotations.as_object().expect("an object") {
        assert!(value.is_string(), "annotations are texts, unlike {name}");
    }

    let route = the("HTTPRoute");
    let backend = at(&route, "/spec/rules/1/backendRefs/0");
    assert_eq!(backend["name"], service["metadata"]["name"]);
    assert_eq!(backend["port"], port["port"]);
}

#[test]
fn pods_have_no_rights_and_known_needs() {
    let deployment = the("Deployment");
    let pod = at(&deployment, "/spec/template/spec/securityContext");
    assert_eq!(pod["runAsNonRoot"], true);
    let user = format!("{}:{}", pod["runAsUser"], pod["runAsGroup"]);
    assert_eq!(user, container::last("USER"));
    let container = container();
    let rights = at(&container, "/securityContext");
    assert_eq!(rights["allowPrivilegeEscalation"], false);
    assert_eq!(rights["readOnlyRootFilesystem"], true);
    assert_eq!(rights["capabilities"]["drop"][0], "ALL");
    for pointer in ["/requests/cpu", "/requests/memory", "/limits/memory"] {
        let quantity = at(&container["resources"], pointer);
        assert!(quantity.is_string(), "{pointer}: {quantity}");
    }
}

#[tokio::test]
async fn the_probes_ask_for_what_the_program_serves() {
    let container = container();
    let mut paths = Vec::new();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let get = at(&container, &format!("/{probe}/httpGet"));
        assert_eq!(get["port"], container["ports"][0]["name"], "{probe}");
        paths.push(get["path"].as_str().expect("a path").to_owned());
    }
    let entry = container::exec_form(&container::last("ENTRYPOINT"));
    let further = container["args"].as_array().cloned().unwrap_or_default();
    let words: Vec<_> = entry
        .iter()
        .skip(1)
        .map(String::as_str)
        .chain(further.iter().map(|word| word.as_str().expect("a text")))
        .collect();
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    assert_serves(&deploy::serve_arguments(&words), &paths).await;
}
