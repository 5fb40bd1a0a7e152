/** A post as people say it: the role and where it is held. */

import type { Texts } from '../text'
import type { Post } from './account'

export function postName(post: Pick<Post, 'role' | 'place_name'>, texts: Texts): string {
  return `${texts.roles[post.role]} · ${post.place_name ?? texts.account.everywhere}`
}
