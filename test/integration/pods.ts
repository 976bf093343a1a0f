/** CNI_ARGS as kubelet and Multus send them for a pod. */

/** Of the pod `namespace/name`; a UID of its own when it is created anew. */
export function argsOf(pod: string, uid = `uid of ${pod}`): string {
  const [namespace = '', name = ''] = pod.split('/');
  return [
    'IgnoreUnknown=1',
    `K8S_POD_NAMESPACE=${namespace}`,
    `K8S_POD_NAME=${name}`,
    'K8S_POD_INFRA_CONTAINER_ID=sandbox',
    `K8S_POD_UID=${uid}`,
  ].join(';');
}
