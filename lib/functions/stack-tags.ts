import { Lazy, Stack, TagManager } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Returns the tags of a construct and its stack as a JSON object, for resources that its function
 * creates at run time: policies may require tags, and costs are attributed by them.
 */
export function stackTags(construct: Construct): string {
  return Lazy.string({
    produce: () => {
      const resource = construct.node.defaultChild;
      const own = TagManager.isTaggable(resource) ? resource.tags.tagValues() : {};
      const stack = Stack.of(construct);
      return stack.toJsonString({ ...stack.tags.tagValues(), ...own });
    },
  });
}
