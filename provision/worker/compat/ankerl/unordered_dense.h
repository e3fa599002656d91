#pragma once

/**
 * `ankerl::unordered_dense` on top of Abseil's flat hash containers, for systems that package
 * Abseil but not unordered_dense.
 *
 * Both families are open-addressing tables that may move their elements on insertion, so code
 * written for unordered_dense never relies on stable references. The one difference that matters
 * is `erase(iterator)`: Abseil returns nothing, unordered_dense returns an iterator to go on with.
 */

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace ankerl::unordered_dense
{
	template<typename T>
	using hash = absl::Hash<T>;

	namespace detail
	{
		template<typename Base>
		class WithReturningErase : public Base
		{
		public:
			using Base::Base;
			using Base::erase;
			using typename Base::const_iterator;
			using typename Base::iterator;

			// Abseil never rehashes on erase, so the successor taken before stays valid.
			iterator erase(iterator it)
			{
				auto next = std::next(it);

				Base::erase(it);

				return next;
			}

			iterator erase(const_iterator it)
			{
				auto next = std::next(it);

				// An empty range erases nothing; it only turns the const_iterator into an iterator.
				auto mutableNext = Base::erase(next, next);

				Base::erase(it);

				return mutableNext;
			}
		};
	} // namespace detail

	template<
	  typename Key,
	  typename T,
	  typename Hash      = hash<Key>,
	  typename KeyEqual  = std::equal_to<Key>,
	  typename Allocator = std::allocator<std::pair<const Key, T>>>
	using map = detail::WithReturningErase<absl::flat_hash_map<Key, T, Hash, KeyEqual, Allocator>>;

	template<
	  typename Key,
	  typename Hash      = hash<Key>,
	  typename KeyEqual  = std::equal_to<Key>,
	  typename Allocator = std::allocator<Key>>
	using set = detail::WithReturningErase<absl::flat_hash_set<Key, Hash, KeyEqual, Allocator>>;
} // namespace ankerl::unordered_dense
