// A list that Relay pages through by itself, and an article that it fetches anew.
import { graphql } from "relay-runtime";

export const query = graphql`
  query ArticleFeedQuery($count: Int!, $cursor: String, $language: LanguageTag!) {
    ...ArticleFeed_list @arguments(count: $count, cursor: $cursor, language: $language)
  }
`;

export const list = graphql`
  fragment ArticleFeed_list on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }, language: { type: "LanguageTag!" })
  @refetchable(queryName: "ArticleFeedPaginationQuery") {
    articles(first: $count, after: $cursor, filter: { language: $language }) @connection(key: "ArticleFeed_articles") {
      totalCount
      edges {
        cursor
        node {
          ...ArticleFeed_article
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

export const article = graphql`
  fragment ArticleFeed_article on Article @refetchable(queryName: "ArticleFeedArticleQuery") {
    title
    date
    tags {
      id
      name
    }
    category: categories {
      name
      articles(first: 3) {
        edges {
          node {
            path
          }
        }
      }
    }
  }
`;

export const publish = graphql`
  mutation ArticleFeedPublishMutation($id: ID!) {
    publishArticle(id: $id) {
      article {
        status
        ...ArticleFeed_article
      }
      userErrors {
        field
        message
        code
      }
    }
  }
`;
